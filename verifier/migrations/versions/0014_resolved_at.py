"""the time a finding was resolved is called resolved_at"""

from alembic import op


revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('finding', schema=None) as batch_op:
        batch_op.alter_column('disposed_at', new_column_name='resolved_at', existing_nullable=True)


def downgrade() -> None:
    with op.batch_alter_table('finding', schema=None) as batch_op:
        batch_op.alter_column('resolved_at', new_column_name='disposed_at', existing_nullable=True)
