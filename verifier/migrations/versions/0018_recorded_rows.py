"""what an action wrote is recorded: hashes in the trail row, and an index of the last one of each row"""

import sqlalchemy as sa
from alembic import op


revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('trail_row', sa.Column(
        'rows', sa.JSON(none_as_null=True), nullable=True, comment='hashes of the rows that the action wrote, by table and key'
    ))
    op.create_table('recorded_row',
    sa.Column('table_name', sa.Text(), nullable=False),
    sa.Column('row_key', sa.Text(), nullable=False),
    sa.Column('times', sa.Integer(), nullable=False, comment='how often the row was recorded: orders its hashes across trails'),
    sa.Column('sha256', sa.Text(), nullable=True, comment='empty where the row was deleted'),
    sa.Column('trail', sa.Text(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False, comment='the trail row that recorded it'),
    sa.PrimaryKeyConstraint('table_name', 'row_key', name=op.f('pk_recorded_row'))
    )
    op.create_index(op.f('ix_recorded_row_trail'), 'recorded_row', ['trail'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_recorded_row_trail'), table_name='recorded_row')
    op.drop_table('recorded_row')
    op.drop_column('trail_row', 'rows')
