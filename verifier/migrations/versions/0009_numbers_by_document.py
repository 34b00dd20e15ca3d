"""numbers are found by the document they name"""

from alembic import op


revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('reported_number', schema=None) as batch_op:
        batch_op.create_index('ix_reported_number_document', ['version_id', 'document'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('reported_number', schema=None) as batch_op:
        batch_op.drop_index('ix_reported_number_document')
