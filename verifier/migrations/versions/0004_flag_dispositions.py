"""what became of each flag of check 2"""

import sqlalchemy as sa
from alembic import op

from verifier import db as columns


revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('flag_disposition',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('engagement_id', sa.Uuid(), nullable=False),
    sa.Column('flag_key', sa.Text(), nullable=False, comment='code, source, period, which: the natural key'),
    sa.Column('source_key', sa.Text(), nullable=True),
    sa.Column('finding_id', sa.Uuid(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False, comment='why it was dismissed; empty where a finding was raised'),
    sa.Column('fingerprint', sa.Text(), nullable=False, comment='what was decided on; another one asks again'),
    sa.Column('decided_by', sa.Uuid(), nullable=False),
    sa.Column('decided_at', columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(finding_id IS NULL) = (reason <> '')", name=op.f('ck_flag_disposition_finding_or_reason')),
    sa.ForeignKeyConstraint(['decided_by'], ['user_account.id'], name=op.f('fk_flag_disposition_decided_by_user_account')),
    sa.ForeignKeyConstraint(['engagement_id'], ['engagement.id'], name=op.f('fk_flag_disposition_engagement_id_engagement')),
    sa.ForeignKeyConstraint(['finding_id'], ['finding.id'], name=op.f('fk_flag_disposition_finding_id_finding')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_flag_disposition')),
    sa.UniqueConstraint('engagement_id', 'flag_key', name=op.f('uq_flag_disposition_engagement_id_flag_key'))
    )
    with op.batch_alter_table('flag_disposition', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_flag_disposition_engagement_id'), ['engagement_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('flag_disposition', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_flag_disposition_engagement_id'))

    op.drop_table('flag_disposition')
