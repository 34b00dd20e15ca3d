"""a photo's smaller copies are made after it was accepted and kept beside the store; older photos keep theirs"""

import sqlalchemy as sa
from alembic import op

revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None

COPIES = ('preview_sha256', 'thumbnail_sha256')


def upgrade() -> None:
    with op.batch_alter_table('photo', schema=None) as batch_op:
        for name in COPIES:
            batch_op.alter_column(name, existing_type=sa.Text(), nullable=True)


def downgrade() -> None:
    for name in COPIES:
        op.execute(f'UPDATE photo SET {name} = original_sha256 WHERE {name} IS NULL')  # noqa: S608
    with op.batch_alter_table('photo', schema=None) as batch_op:
        for name in COPIES:
            batch_op.alter_column(name, existing_type=sa.Text(), nullable=False)
