"""monitoring plans whose sources the verification body entered from a document"""

import sqlalchemy as sa
from alembic import op

from verifier import db as columns

revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('entered_plan',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('engagement_id', sa.Uuid(), nullable=False),
    sa.Column('document', sa.Text(), nullable=False, comment='title of the plan, with its version'),
    sa.Column('dated_on', sa.Date(), nullable=False, comment='date of the approval or filing'),
    sa.Column('reference', sa.Text(), nullable=False, comment='number of the approval or filing'),
    sa.Column('sources', sa.JSON(), nullable=False, comment='of each source its number, whether the plan names it, and why not'),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('filename', sa.Text(), nullable=False),
    sa.Column('media_type', sa.Text(), nullable=False),
    sa.Column('entered_by', sa.Uuid(), nullable=False),
    sa.Column('entered_at', columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_by', sa.Uuid(), nullable=True),
    sa.Column('withdrawn_at', columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_reason', sa.Text(), nullable=False),
    sa.CheckConstraint("document <> '' AND reference <> ''", name=op.f('ck_entered_plan_documented')),
    sa.CheckConstraint('(withdrawn_at IS NULL) = (withdrawn_by IS NULL)', name=op.f('ck_entered_plan_withdrawn_whole')),
    sa.CheckConstraint("withdrawn_at IS NULL OR withdrawn_reason <> ''", name=op.f('ck_entered_plan_withdrawn_with_reason')),
    sa.ForeignKeyConstraint(['engagement_id'], ['engagement.id'], name=op.f('fk_entered_plan_engagement_id_engagement')),
    sa.ForeignKeyConstraint(['entered_by'], ['user_account.id'], name=op.f('fk_entered_plan_entered_by_user_account')),
    sa.ForeignKeyConstraint(['sha256'], ['stored_file.sha256'], name=op.f('fk_entered_plan_sha256_stored_file')),
    sa.ForeignKeyConstraint(['withdrawn_by'], ['user_account.id'], name=op.f('fk_entered_plan_withdrawn_by_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_entered_plan'))
    )
    op.create_index(op.f('ix_entered_plan_engagement_id'), 'entered_plan', ['engagement_id'], unique=False)


def downgrade() -> None:
    op.drop_table('entered_plan')
