"""passkeys with their challenges, the codes of authenticator apps that were used, and whom colleagues invited"""

import sqlalchemy as sa
from alembic import op

from verifier import db as columns


revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

PURPOSES = ('register', 'sign_in', 'present', 'sign')


def upgrade() -> None:
    op.create_table('used_code',
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('step', sa.Integer(), autoincrement=False, nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_used_code_user_id_user_account')),
    sa.PrimaryKeyConstraint('user_id', 'step', name=op.f('pk_used_code'))
    )
    op.create_table('passkey',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('rp_id', sa.Text(), nullable=False, comment='host name it was made for'),
    sa.Column('credential_id', sa.Text(), nullable=False, comment='base64url'),
    sa.Column('public_key', sa.Text(), nullable=False, comment='COSE, base64url'),
    sa.Column('sign_count', sa.BigInteger(), nullable=False),
    sa.Column('created_at', columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('last_used_at', columns.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_passkey_user_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_passkey')),
    sa.UniqueConstraint('credential_id', name=op.f('uq_passkey_credential_id'))
    )
    op.create_table('passkey_challenge',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('purpose', sa.Enum(*PURPOSES, name='purpose', native_enum=False, length=32, create_constraint=True), nullable=False),
    sa.Column('binding', sa.Text(), nullable=False, comment='hash of the session and of what is decided'),
    sa.Column('challenge', sa.Text(), nullable=False, comment='base64url'),
    sa.Column('expires_at', columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('used_at', columns.UtcDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_passkey_challenge_user_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_passkey_challenge')),
    sa.UniqueConstraint('challenge', name=op.f('uq_passkey_challenge_challenge'))
    )
    op.create_index(op.f('ix_passkey_user_id'), 'passkey', ['user_id'])
    op.create_index(op.f('ix_passkey_challenge_user_id'), 'passkey_challenge', ['user_id'])


    op.create_table('colleague_invitation',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('organisation_id', sa.Uuid(), nullable=False),
    sa.Column('email', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('invited_by', sa.Uuid(), nullable=False),
    sa.Column('invited_at', columns.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['invited_by'], ['user_account.id'], name=op.f('fk_colleague_invitation_invited_by_user_account')),
    sa.ForeignKeyConstraint(
        ['organisation_id'], ['organisation.id'], name=op.f('fk_colleague_invitation_organisation_id_organisation')
    ),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_colleague_invitation')),
    sa.UniqueConstraint('organisation_id', 'email', name=op.f('uq_colleague_invitation_organisation_id_email'))
    )


def downgrade() -> None:
    op.drop_table('colleague_invitation')
    op.drop_table('passkey_challenge')
    op.drop_table('passkey')
    op.drop_table('used_code')
