"""forms that were sent, so that one sent twice has one effect"""

import sqlalchemy as sa
from alembic import op

from verifier import db as columns


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('sent_form',
    sa.Column('token', sa.Text(), nullable=False, comment='random, made each time a form is shown'),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('content', sa.Text(), nullable=False, comment='a keyed mark of the address and everything that was typed'),
    sa.Column('location', sa.Text(), nullable=False, comment='where it led'),
    sa.Column('sent_at', columns.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_sent_form_user_id_user_account')),
    sa.PrimaryKeyConstraint('token', name=op.f('pk_sent_form'))
    )
    with op.batch_alter_table('sent_form', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sent_form_user_id'), ['user_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('sent_form', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sent_form_user_id'))
    op.drop_table('sent_form')
