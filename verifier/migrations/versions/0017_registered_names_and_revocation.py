"""the name under which a person signs is registered by their organisation; signing keys can be revoked"""

import sqlalchemy as sa
from alembic import op

from verifier import db as columns


revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None

REASONS = ('key_compromise', 'affiliation_changed', 'superseded', 'cessation_of_operation', 'unspecified')


def upgrade() -> None:
    with op.batch_alter_table('user_account', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('registered_name', sa.Text(), nullable=True, comment='name in certificates and statements; kept by the organisation')
        )
    op.execute('UPDATE user_account SET registered_name = substr(name, 1, 64)')
    with op.batch_alter_table('user_account', schema=None) as batch_op:
        batch_op.alter_column('registered_name', existing_type=sa.Text(), nullable=False,
                              existing_comment='name in certificates and statements; kept by the organisation')
    with op.batch_alter_table('signing_key', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('revoked_at', columns.UtcDateTime(timezone=True), nullable=True, comment='since when the key is not to be trusted')
        )
        batch_op.add_column(sa.Column('revoked_reason', sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column('revoked_note', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('revoked_by', sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_signing_key_revoked_by_user_account'), 'user_account', ['revoked_by'], ['id'])
        batch_op.create_check_constraint(
            batch_op.f('ck_signing_key_revoked_reason'), f"revoked_reason IN ({', '.join(map(repr, REASONS))})"
        )
        batch_op.create_check_constraint(
            batch_op.f('ck_signing_key_revoked_whole'),
            '(revoked_at IS NULL) = (revoked_reason IS NULL) AND (revoked_at IS NULL) = (revoked_by IS NULL)',
        )


def downgrade() -> None:
    with op.batch_alter_table('signing_key', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_signing_key_revoked_whole'), type_='check')
        batch_op.drop_constraint(batch_op.f('ck_signing_key_revoked_reason'), type_='check')
        batch_op.drop_constraint(batch_op.f('fk_signing_key_revoked_by_user_account'), type_='foreignkey')
        for name in ('revoked_by', 'revoked_note', 'revoked_reason', 'revoked_at'):
            batch_op.drop_column(name)
    with op.batch_alter_table('user_account', schema=None) as batch_op:
        batch_op.drop_column('registered_name')
