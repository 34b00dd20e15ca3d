"""every number of a report, and what is held of it"""

import sqlalchemy as sa
from alembic import op

from verifier import db as columns


revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('reported_number',
    sa.Column('version_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.Integer(), autoincrement=False, nullable=False, comment='in the order of the report, source by source'),
    sa.Column('number_key', sa.Text(), nullable=False, comment='kind, source, parameter, period: the natural key'),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('source_key', sa.Text(), nullable=False, comment='a source, a kind of sources (*:…), a category or a product'),
    sa.Column('parameter', sa.Text(), nullable=False),
    sa.Column('period', sa.Text(), nullable=False, comment='empty for the whole year'),
    sa.Column('written', sa.Text(), nullable=False, comment='the cell, word for word; empty where blank or missing'),
    sa.Column('value', columns.ExactDecimal(length=64), nullable=True, comment='as read, empty where it is no number'),
    sa.Column('unit', sa.Text(), nullable=False),
    sa.Column('sheet', sa.Text(), nullable=False),
    sa.Column('row', sa.Integer(), nullable=True, comment='empty where a month is missing'),
    sa.Column('cell', sa.Text(), nullable=False, comment='the column, by its English name'),
    sa.Column('document', sa.Text(), nullable=False),
    sa.Column('basis', sa.Text(), nullable=False),
    sa.Column('weight', sa.Double(), nullable=False, comment='t CO2 that hang on it, without sign, to sort by'),
    sa.Column('flag_codes', sa.Text(), nullable=False, comment='space separated, to filter by'),
    sa.Column('fingerprint', sa.Text(), nullable=False, comment='the value and what it rests on; an outcome follows while it is the same'),
    sa.ForeignKeyConstraint(['version_id'], ['report_version.id'], name=op.f('fk_reported_number_version_id_report_version')),
    sa.PrimaryKeyConstraint('version_id', 'position', name=op.f('pk_reported_number')),
    sa.UniqueConstraint('version_id', 'number_key', name=op.f('uq_reported_number_version_id_number_key'))
    )
    with op.batch_alter_table('reported_number', schema=None) as batch_op:
        batch_op.create_index('ix_reported_number_flags', ['version_id', 'flag_codes'], unique=False)
        batch_op.create_index('ix_reported_number_kind', ['version_id', 'kind', 'position'], unique=False)
        batch_op.create_index('ix_reported_number_period', ['version_id', 'period', 'position'], unique=False)
        batch_op.create_index('ix_reported_number_source', ['version_id', 'source_key', 'position'], unique=False)
        batch_op.create_index('ix_reported_number_weight', ['version_id', 'weight', 'position'], unique=False)

    op.create_table('number_outcome',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('engagement_id', sa.Uuid(), nullable=False),
    sa.Column('number_key', sa.Text(), nullable=False),
    sa.Column('source_key', sa.Text(), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('written', sa.Text(), nullable=False, comment='as reported when this was decided'),
    sa.Column('unit', sa.Text(), nullable=False),
    sa.Column('verified', columns.ExactDecimal(length=64), nullable=True, comment="in the number's own unit"),
    sa.Column('said_by', sa.Text(), nullable=False, comment='who or what says so, where it differs'),
    sa.Column('how', sa.Text(), nullable=False, comment='how it was found, or why it cannot be confirmed'),
    sa.Column('method', sa.Text(), nullable=False, comment="the evidence-gathering activity, by the pack's code"),
    sa.Column('fingerprint', sa.Text(), nullable=False, comment='what was decided on; another one asks again'),
    sa.Column('decided_by', sa.Uuid(), nullable=False),
    sa.Column('decided_at', columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(outcome = 'cannot_confirm') = (verified IS NULL)", name=op.f('ck_number_outcome_verified_whole')),
    sa.CheckConstraint("outcome <> 'differs' OR (said_by <> '' AND how <> '')", name=op.f('ck_number_outcome_difference_explained')),
    sa.CheckConstraint("outcome IN ('agreed', 'differs', 'cannot_confirm')", name=op.f('ck_number_outcome_outcome')),
    sa.ForeignKeyConstraint(['decided_by'], ['user_account.id'], name=op.f('fk_number_outcome_decided_by_user_account')),
    sa.ForeignKeyConstraint(['engagement_id'], ['engagement.id'], name=op.f('fk_number_outcome_engagement_id_engagement')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_number_outcome')),
    sa.UniqueConstraint('engagement_id', 'number_key', name=op.f('uq_number_outcome_engagement_id_number_key'))
    )
    with op.batch_alter_table('number_outcome', schema=None) as batch_op:
        batch_op.create_index('ix_number_outcome_outcome', ['engagement_id', 'outcome'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('number_outcome', schema=None) as batch_op:
        batch_op.drop_index('ix_number_outcome_outcome')

    op.drop_table('number_outcome')
    with op.batch_alter_table('reported_number', schema=None) as batch_op:
        batch_op.drop_index('ix_reported_number_weight')
        batch_op.drop_index('ix_reported_number_source')
        batch_op.drop_index('ix_reported_number_period')
        batch_op.drop_index('ix_reported_number_kind')
        batch_op.drop_index('ix_reported_number_flags')

    op.drop_table('reported_number')
