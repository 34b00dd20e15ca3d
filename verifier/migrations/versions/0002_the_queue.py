"""the queue"""

import sqlalchemy as sa
from alembic import op

from verifier import db as columns


revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('job',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=True, comment='natural key: the same kind and key are one job, however often it is asked for'),
    sa.Column('arguments', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('enqueued_at', columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('run_at', columns.UtcDateTime(timezone=True), nullable=False, comment='not before then; moves on with every failure'),
    sa.Column('leased_by', sa.Text(), nullable=True, comment='the one run that may finish it'),
    sa.Column('leased_until', columns.UtcDateTime(timezone=True), nullable=True, comment='past it, whoever held the job is taken for dead'),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('last_error', sa.Text(), nullable=True, comment='kind of error and its code, nothing personal'),
    sa.Column('done_at', columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('gave_up_at', columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('progress_done', sa.Integer(), nullable=False),
    sa.Column('progress_total', sa.Integer(), nullable=True),
    sa.Column('progress_words', sa.Text(), nullable=True, comment='a message id of the catalogue: what is being done now'),
    sa.CheckConstraint('(leased_by IS NULL) = (leased_until IS NULL)', name=op.f('ck_job_lease_whole')),
    sa.CheckConstraint('done_at IS NULL OR gave_up_at IS NULL', name=op.f('ck_job_one_end')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job')),
    sa.UniqueConstraint('kind', 'key', name=op.f('uq_job_kind_key'))
    )
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.create_index('ix_job_due', ['done_at', 'gave_up_at', 'run_at'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.drop_index('ix_job_due')

    op.drop_table('job')
