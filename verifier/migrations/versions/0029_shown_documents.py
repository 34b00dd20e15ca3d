"""supporting documents: main fields of an e-invoice, and what is to be said of a file that is shown in part or not at all"""

import sqlalchemy as sa
from alembic import op

revision = '0029'
down_revision = '0028'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('voucher', schema=None) as batch_op:
        batch_op.add_column(sa.Column('invoice', sa.JSON(none_as_null=True), nullable=True,
                                      comment='main fields of an e-invoice as it writes them'))
        batch_op.add_column(sa.Column('notices', sa.JSON(none_as_null=True), nullable=True,
                                      comment='what is to be said of a file that is shown in part or not at all'))


def downgrade() -> None:
    with op.batch_alter_table('voucher', schema=None) as batch_op:
        batch_op.drop_column('notices')
        batch_op.drop_column('invoice')
