"""the finding or reason behind each wrong sampled item, procedures that cover a sample, kinds of visits, and waived visits

A visit planned before is one on site.
"""

import sqlalchemy as sa
from alembic import op

from verifier import db as columns


revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('sampled_item', schema=None) as batch_op:
        batch_op.add_column(sa.Column('finding_id', sa.Uuid(), nullable=True, comment='the finding that names its error'))
        batch_op.add_column(sa.Column('no_finding_reason', sa.Text(), nullable=True, comment='why its error needs no finding'))
        batch_op.create_index(batch_op.f('ix_sampled_item_finding_id'), ['finding_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_sampled_item_finding_id_finding'), 'finding', ['finding_id'], ['id'])
    op.execute("UPDATE sampled_item SET no_finding_reason = ''")
    with op.batch_alter_table('sampled_item', schema=None) as batch_op:
        batch_op.alter_column('no_finding_reason', existing_type=sa.Text(), nullable=False, existing_comment='why its error needs no finding')
        batch_op.create_check_constraint(batch_op.f('ck_sampled_item_finding_or_reason'), "finding_id IS NULL OR no_finding_reason = ''")
    op.create_table('sample_cover',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('sample_id', sa.Uuid(), nullable=False),
    sa.Column('procedures', sa.Text(), nullable=False, comment='which procedures, on what, with what result'),
    sa.Column('named_by', sa.Uuid(), nullable=False),
    sa.Column('named_at', columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('accepted_by', sa.Uuid(), nullable=True),
    sa.Column('accepted_at', columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("procedures <> ''", name=op.f('ck_sample_cover_procedures_named')),
    sa.CheckConstraint('(accepted_at IS NULL) = (accepted_by IS NULL)', name=op.f('ck_sample_cover_accepted_whole')),
    sa.ForeignKeyConstraint(['accepted_by'], ['user_account.id'], name=op.f('fk_sample_cover_accepted_by_user_account')),
    sa.ForeignKeyConstraint(['named_by'], ['user_account.id'], name=op.f('fk_sample_cover_named_by_user_account')),
    sa.ForeignKeyConstraint(['sample_id'], ['sample.id'], name=op.f('fk_sample_cover_sample_id_sample')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sample_cover')),
    sa.UniqueConstraint('sample_id', name=op.f('uq_sample_cover_sample_id'))
    )
    with op.batch_alter_table('site_visit', schema=None) as batch_op:
        batch_op.add_column(sa.Column('kind', sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column('reason', sa.Text(), nullable=True, comment="why it is remote: how the rules' condition is met"))
    op.execute("UPDATE site_visit SET kind = 'on_site', reason = ''")
    with op.batch_alter_table('site_visit', schema=None) as batch_op:
        batch_op.alter_column('kind', existing_type=sa.String(length=32), nullable=False)
        batch_op.alter_column('reason', existing_type=sa.Text(), nullable=False,
                              existing_comment="why it is remote: how the rules' condition is met")
        batch_op.create_check_constraint(batch_op.f('ck_site_visit_kind'), "kind IN ('on_site', 'remote')")
        batch_op.create_check_constraint(batch_op.f('ck_site_visit_remote_with_reason'), "kind = 'on_site' OR reason <> ''")
    op.create_table('visit_waiver',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('engagement_id', sa.Uuid(), nullable=False),
    sa.Column('decided_on', sa.Date(), nullable=False, comment="date of the authority's decision"),
    sa.Column('reference', sa.Text(), nullable=False, comment='its reference number'),
    sa.Column('reason', sa.Text(), nullable=False, comment='why no visit is needed'),
    sa.Column('conditions', sa.JSON(), nullable=False, comment="codes of the rules' conditions that were confirmed"),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('filename', sa.Text(), nullable=False),
    sa.Column('media_type', sa.Text(), nullable=False),
    sa.Column('entered_by', sa.Uuid(), nullable=False),
    sa.Column('entered_at', columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_by', sa.Uuid(), nullable=True),
    sa.Column('withdrawn_at', columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_reason', sa.Text(), nullable=False),
    sa.CheckConstraint("reference <> '' AND reason <> ''", name=op.f('ck_visit_waiver_reasoned')),
    sa.CheckConstraint('(withdrawn_at IS NULL) = (withdrawn_by IS NULL)', name=op.f('ck_visit_waiver_withdrawn_whole')),
    sa.ForeignKeyConstraint(['engagement_id'], ['engagement.id'], name=op.f('fk_visit_waiver_engagement_id_engagement')),
    sa.ForeignKeyConstraint(['entered_by'], ['user_account.id'], name=op.f('fk_visit_waiver_entered_by_user_account')),
    sa.ForeignKeyConstraint(['sha256'], ['stored_file.sha256'], name=op.f('fk_visit_waiver_sha256_stored_file')),
    sa.ForeignKeyConstraint(['withdrawn_by'], ['user_account.id'], name=op.f('fk_visit_waiver_withdrawn_by_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_visit_waiver'))
    )
    with op.batch_alter_table('visit_waiver', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_visit_waiver_engagement_id'), ['engagement_id'], unique=False)


def downgrade() -> None:
    op.drop_table('visit_waiver')
    with op.batch_alter_table('site_visit', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_site_visit_remote_with_reason'), type_='check')
        batch_op.drop_constraint(batch_op.f('ck_site_visit_kind'), type_='check')
        batch_op.drop_column('reason')
        batch_op.drop_column('kind')
    op.drop_table('sample_cover')
    with op.batch_alter_table('sampled_item', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_sampled_item_finding_or_reason'), type_='check')
        batch_op.drop_constraint(batch_op.f('fk_sampled_item_finding_id_finding'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_sampled_item_finding_id'))
        batch_op.drop_column('no_finding_reason')
        batch_op.drop_column('finding_id')
