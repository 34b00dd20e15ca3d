"""signing keys wait for approval, changes of another person's account are asked for and confirmed, organisations can be closed

A key made before was in use: it counts as approved on the day it was made.
"""

import sqlalchemy as sa
from alembic import op

from verifier import db as columns


revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('account_request',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Enum('remove_factor', 'change_email', name='kind', native_enum=False, length=32, create_constraint=True), nullable=False),
    sa.Column('email', sa.Text(), nullable=True, comment='the new address, lower case'),
    sa.Column('asked_by', sa.Uuid(), nullable=True, comment='empty: asked on the command line'),
    sa.Column('asked_at', columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('due_at', columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('confirmed_by', sa.Uuid(), nullable=True),
    sa.Column('done_at', columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('stopped_by', sa.Uuid(), nullable=True),
    sa.Column('stopped_at', columns.UtcDateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(kind = 'change_email') = (email IS NOT NULL)", name=op.f('ck_account_request_email_of_change')),
    sa.ForeignKeyConstraint(['asked_by'], ['user_account.id'], name=op.f('fk_account_request_asked_by_user_account')),
    sa.ForeignKeyConstraint(['confirmed_by'], ['user_account.id'], name=op.f('fk_account_request_confirmed_by_user_account')),
    sa.ForeignKeyConstraint(['stopped_by'], ['user_account.id'], name=op.f('fk_account_request_stopped_by_user_account')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_account_request_user_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account_request'))
    )
    with op.batch_alter_table('account_request', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_account_request_user_id'), ['user_id'], unique=False)
    with op.batch_alter_table('organisation', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('closed_at', columns.UtcDateTime(timezone=True), nullable=True, comment='from then on nobody of it signs in')
        )
    with op.batch_alter_table('signing_key', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                'due_at',
                columns.UtcDateTime(timezone=True),
                nullable=True,
                comment='when it may be used without approval, where nobody of the body could give one',
            )
        )
        batch_op.add_column(
            sa.Column('approved_at', columns.UtcDateTime(timezone=True), nullable=True, comment='it signs nothing before')
        )
        batch_op.add_column(sa.Column('approved_by', sa.Uuid(), nullable=True, comment='empty: in use since it was due'))
        batch_op.add_column(sa.Column('refused_by', sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_signing_key_approved_by_user_account'), 'user_account', ['approved_by'], ['id'])
        batch_op.create_foreign_key(batch_op.f('fk_signing_key_refused_by_user_account'), 'user_account', ['refused_by'], ['id'])
    op.execute('UPDATE signing_key SET approved_at = made_at')


def downgrade() -> None:
    with op.batch_alter_table('signing_key', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_signing_key_refused_by_user_account'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('fk_signing_key_approved_by_user_account'), type_='foreignkey')
        batch_op.drop_column('refused_by')
        batch_op.drop_column('approved_by')
        batch_op.drop_column('approved_at')
        batch_op.drop_column('due_at')
    with op.batch_alter_table('organisation', schema=None) as batch_op:
        batch_op.drop_column('closed_at')
    op.drop_table('account_request')
