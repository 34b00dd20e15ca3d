"""materiality and versions"""

import sqlalchemy as sa
from alembic import op

from verifier import db as columns


revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('materiality_mark',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('engagement_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('subject_kind', sa.Text(), nullable=False, comment='finding, source, or case for netting'),
    sa.Column('subject_id', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('marked_by', sa.Uuid(), nullable=False),
    sa.Column('marked_at', columns.UtcDateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('nature', 'netting')", name=op.f('ck_materiality_mark_kind')),
    sa.CheckConstraint("reason <> ''", name=op.f('ck_materiality_mark_reasoned')),
    sa.ForeignKeyConstraint(['engagement_id'], ['engagement.id'], name=op.f('fk_materiality_mark_engagement_id_engagement')),
    sa.ForeignKeyConstraint(['marked_by'], ['user_account.id'], name=op.f('fk_materiality_mark_marked_by_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_materiality_mark')),
    sa.UniqueConstraint('engagement_id', 'kind', 'subject_kind', 'subject_id', name=op.f('uq_materiality_mark_engagement_id_kind_subject_kind_subject_id'))
    )

    with op.batch_alter_table('materiality_mark', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_materiality_mark_engagement_id'), ['engagement_id'], unique=False)

    op.create_table('planning_threshold',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('engagement_id', sa.Uuid(), nullable=False),
    sa.Column('share', columns.ExactDecimal(length=64), nullable=False, comment='of the reported total: 0.05 is 5 %'),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('set_by', sa.Uuid(), nullable=False),
    sa.Column('set_at', columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("reason <> ''", name=op.f('ck_planning_threshold_reasoned')),
    sa.ForeignKeyConstraint(['engagement_id'], ['engagement.id'], name=op.f('fk_planning_threshold_engagement_id_engagement')),
    sa.ForeignKeyConstraint(['set_by'], ['user_account.id'], name=op.f('fk_planning_threshold_set_by_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_planning_threshold')),
    sa.UniqueConstraint('engagement_id', name=op.f('uq_planning_threshold_engagement_id'))
    )

    with op.batch_alter_table('planning_threshold', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_planning_threshold_engagement_id'), ['engagement_id'], unique=False)

    op.create_table('change_disposition',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('engagement_id', sa.Uuid(), nullable=False),
    sa.Column('before_id', sa.Uuid(), nullable=False),
    sa.Column('after_id', sa.Uuid(), nullable=False),
    sa.Column('change_key', sa.Text(), nullable=False, comment='sheet, natural key, column, what happened'),
    sa.Column('finding_id', sa.Uuid(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False, comment='why it was accepted; empty where a finding was raised'),
    sa.Column('decided_by', sa.Uuid(), nullable=False),
    sa.Column('decided_at', columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(finding_id IS NULL) = (reason <> '')", name=op.f('ck_change_disposition_finding_or_reason')),
    sa.ForeignKeyConstraint(['after_id'], ['report_version.id'], name=op.f('fk_change_disposition_after_id_report_version')),
    sa.ForeignKeyConstraint(['before_id'], ['report_version.id'], name=op.f('fk_change_disposition_before_id_report_version')),
    sa.ForeignKeyConstraint(['decided_by'], ['user_account.id'], name=op.f('fk_change_disposition_decided_by_user_account')),
    sa.ForeignKeyConstraint(['engagement_id'], ['engagement.id'], name=op.f('fk_change_disposition_engagement_id_engagement')),
    sa.ForeignKeyConstraint(['finding_id'], ['finding.id'], name=op.f('fk_change_disposition_finding_id_finding')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_change_disposition')),
    sa.UniqueConstraint('engagement_id', 'before_id', 'after_id', 'change_key', name=op.f('uq_change_disposition_engagement_id_before_id_after_id_change_key'))
    )

    with op.batch_alter_table('change_disposition', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_change_disposition_engagement_id'), ['engagement_id'], unique=False)

    op.create_table('conservative_estimate',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('engagement_id', sa.Uuid(), nullable=False),
    sa.Column('source_key', sa.Text(), nullable=False),
    sa.Column('finding_id', sa.Uuid(), nullable=False),
    sa.Column('reported', columns.ExactDecimal(length=64), nullable=True, comment='t CO2, as reported when it was confirmed'),
    sa.Column('tonnes', columns.ExactDecimal(length=64), nullable=False, comment='t CO2, unrounded'),
    sa.Column('working', sa.JSON(none_as_null=True), nullable=False, comment='quantities, factors with their tables, steps, as text'),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('fingerprint', sa.Text(), nullable=False, comment='what it was made on; another one asks again'),
    sa.Column('made_by', sa.Uuid(), nullable=False),
    sa.Column('made_at', columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['engagement_id'], ['engagement.id'], name=op.f('fk_conservative_estimate_engagement_id_engagement')),
    sa.ForeignKeyConstraint(['finding_id'], ['finding.id'], name=op.f('fk_conservative_estimate_finding_id_finding')),
    sa.ForeignKeyConstraint(['made_by'], ['user_account.id'], name=op.f('fk_conservative_estimate_made_by_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_conservative_estimate')),
    sa.UniqueConstraint('engagement_id', 'source_key', name=op.f('uq_conservative_estimate_engagement_id_source_key'))
    )

    with op.batch_alter_table('conservative_estimate', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_conservative_estimate_engagement_id'), ['engagement_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('conservative_estimate', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_conservative_estimate_engagement_id'))

    op.drop_table('conservative_estimate')

    with op.batch_alter_table('change_disposition', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_change_disposition_engagement_id'))

    op.drop_table('change_disposition')

    with op.batch_alter_table('planning_threshold', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_planning_threshold_engagement_id'))

    op.drop_table('planning_threshold')

    with op.batch_alter_table('materiality_mark', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_materiality_mark_engagement_id'))

    op.drop_table('materiality_mark')
