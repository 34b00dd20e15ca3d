"""files that are sent in pieces: what was announced, and how much of each has come"""

import sqlalchemy as sa
from alembic import op

from verifier import db as columns

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('upload',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('case_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('filename', sa.Text(), nullable=False),
    sa.Column('size', sa.BigInteger(), nullable=False, comment='bytes announced'),
    sa.Column('received', sa.BigInteger(), nullable=False, comment='bytes that are on the disk'),
    sa.Column('begun_at', columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('touched_at', columns.UtcDateTime(timezone=True), nullable=False),
    sa.CheckConstraint('received >= 0 AND received <= size', name=op.f('ck_upload_received_within')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_upload_user_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_upload')),
    sa.UniqueConstraint('case_id', 'user_id', 'sha256', name=op.f('uq_upload_case_id_user_id_sha256'))
    )
    op.create_index(op.f('ix_upload_case_id'), 'upload', ['case_id'], unique=False)
    op.create_index(op.f('ix_upload_user_id'), 'upload', ['user_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_upload_user_id'), table_name='upload')
    op.drop_index(op.f('ix_upload_case_id'), table_name='upload')
    op.drop_table('upload')
