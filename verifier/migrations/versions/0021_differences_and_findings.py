"""why a difference of a source needs no finding"""

import sqlalchemy as sa
from alembic import op


revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('source_outcome', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('no_finding_reason', sa.Text(), nullable=True, comment='why a difference needs no finding; the unit is told')
        )
    op.execute("UPDATE source_outcome SET no_finding_reason = ''")
    with op.batch_alter_table('source_outcome', schema=None) as batch_op:
        batch_op.alter_column('no_finding_reason', existing_type=sa.Text(), nullable=False,
                              existing_comment='why a difference needs no finding; the unit is told')


def downgrade() -> None:
    with op.batch_alter_table('source_outcome', schema=None) as batch_op:
        batch_op.drop_column('no_finding_reason')
