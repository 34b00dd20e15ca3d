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
    without = op.get_bind().scalar(sa.text('SELECT count(*) FROM photo WHERE preview_sha256 IS NULL OR thumbnail_sha256 IS NULL'))
    if without:
        raise RuntimeError(f'{without} photos have no stored copies, which the earlier version needs: restore the copy from before the update')
    with op.batch_alter_table('photo', schema=None) as batch_op:
        for name in COPIES:
            batch_op.alter_column(name, existing_type=sa.Text(), nullable=False)
