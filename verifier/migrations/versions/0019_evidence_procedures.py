"""how each number was tested: procedures with their evidence, approvals of the plan, deviations, and samples the reviewer accepted"""

import sqlalchemy as sa
from alembic import op

from verifier import db as columns


revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None

METHODS = (
    'voucher', 'original_record', 'confirmed', 'independent_record', 'meter_reading', 'reconciled', 'factor_traced', 'table_value',
    'sampled', 'meter_seen', 'analytical', 'recalculated',
)


def upgrade() -> None:
    op.create_table('evidence_procedure',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('engagement_id', sa.Uuid(), nullable=False),
    sa.Column('method', sa.Enum(*METHODS, name='method', native_enum=False, length=32, create_constraint=True), nullable=False),
    sa.Column('voucher_id', sa.Uuid(), nullable=True),
    sa.Column('document', sa.Text(), nullable=False, comment='the evidence in words, where it is no voucher of the case'),
    sa.Column('page', sa.Integer(), nullable=True, comment='where in the document'),
    sa.Column('months', sa.JSON(none_as_null=True), nullable=False, comment='the months it covers; empty for all of the number'),
    sa.Column('numbers', sa.JSON(none_as_null=True), nullable=False, comment='[[natural key, fingerprint when it was tested], …]'),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('done_by', sa.Uuid(), nullable=False),
    sa.Column('done_at', columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_by', sa.Uuid(), nullable=True),
    sa.Column('withdrawn_at', columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_reason', sa.Text(), nullable=False),
    sa.CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name=op.f('ck_evidence_procedure_withdrawn_whole')),
    sa.CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_reason = '')", name=op.f('ck_evidence_procedure_withdrawn_with_reason')),
    sa.CheckConstraint("voucher_id IS NOT NULL OR document <> ''", name=op.f('ck_evidence_procedure_with_evidence')),
    sa.ForeignKeyConstraint(['done_by'], ['user_account.id'], name=op.f('fk_evidence_procedure_done_by_user_account')),
    sa.ForeignKeyConstraint(['engagement_id'], ['engagement.id'], name=op.f('fk_evidence_procedure_engagement_id_engagement')),
    sa.ForeignKeyConstraint(['voucher_id'], ['voucher.id'], name=op.f('fk_evidence_procedure_voucher_id_voucher')),
    sa.ForeignKeyConstraint(['withdrawn_by'], ['user_account.id'], name=op.f('fk_evidence_procedure_withdrawn_by_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evidence_procedure'))
    )
    op.create_index(op.f('ix_evidence_procedure_engagement_id'), 'evidence_procedure', ['engagement_id'], unique=False)
    op.create_index(op.f('ix_evidence_procedure_voucher_id'), 'evidence_procedure', ['voucher_id'], unique=False)
    op.create_table('evidence_plan',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('engagement_id', sa.Uuid(), nullable=False),
    sa.Column('levels', sa.JSON(none_as_null=True), nullable=False, comment='risk level of each source'),
    sa.Column('reason', sa.Text(), nullable=False, comment='why it was approved after testing began, or changed'),
    sa.Column('approved_by', sa.Uuid(), nullable=False),
    sa.Column('approved_at', columns.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['approved_by'], ['user_account.id'], name=op.f('fk_evidence_plan_approved_by_user_account')),
    sa.ForeignKeyConstraint(['engagement_id'], ['engagement.id'], name=op.f('fk_evidence_plan_engagement_id_engagement')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evidence_plan'))
    )
    op.create_index(op.f('ix_evidence_plan_engagement_id'), 'evidence_plan', ['engagement_id'], unique=False)
    op.create_table('coverage_deviation',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('engagement_id', sa.Uuid(), nullable=False),
    sa.Column('source_key', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('stated_by', sa.Uuid(), nullable=False),
    sa.Column('stated_at', columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_by', sa.Uuid(), nullable=True),
    sa.Column('withdrawn_at', columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("reason <> ''", name=op.f('ck_coverage_deviation_reasoned')),
    sa.ForeignKeyConstraint(['engagement_id'], ['engagement.id'], name=op.f('fk_coverage_deviation_engagement_id_engagement')),
    sa.ForeignKeyConstraint(['stated_by'], ['user_account.id'], name=op.f('fk_coverage_deviation_stated_by_user_account')),
    sa.ForeignKeyConstraint(['withdrawn_by'], ['user_account.id'], name=op.f('fk_coverage_deviation_withdrawn_by_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_coverage_deviation'))
    )
    op.create_index(op.f('ix_coverage_deviation_engagement_id'), 'coverage_deviation', ['engagement_id'], unique=False)
    with op.batch_alter_table('review') as batch_op:
        batch_op.add_column(sa.Column(
            'sampling_accepted', sa.Boolean(), nullable=False, server_default=sa.false(),
            comment="whether samples of the body's own practice were accepted"
        ))
    with op.batch_alter_table('review') as batch_op:
        batch_op.alter_column('sampling_accepted', existing_type=sa.Boolean(), existing_nullable=False, server_default=None,
                              existing_comment="whether samples of the body's own practice were accepted")


def downgrade() -> None:
    with op.batch_alter_table('review') as batch_op:
        batch_op.drop_column('sampling_accepted')
    op.drop_table('coverage_deviation')
    op.drop_table('evidence_plan')
    op.drop_table('evidence_procedure')
