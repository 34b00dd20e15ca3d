"""engagements of a body that were carried out outside this system, and the errors for which offsetting was accepted"""

import sqlalchemy as sa
from alembic import op

from verifier import db as columns

revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None

KINDS = "'verification', 'advice', 'quota', 'preparation', 'internal_audit', 'trading', 'other'"


def upgrade() -> None:
    op.create_table('earlier_engagement',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('body_id', sa.Uuid(), nullable=False),
    sa.Column('unit_name', sa.Text(), nullable=False),
    sa.Column('credit_code', sa.Text(), nullable=False, comment='of the unit, in capitals: it need not be registered here'),
    sa.Column('year', sa.Integer(), nullable=False, comment='emission year of a verification; of other work the year in which it ended'),
    sa.Column('programme', sa.Text(), nullable=False, comment='as rule packs name it; empty: another one, or none'),
    sa.Column('kind', sa.String(length=32), nullable=False),
    sa.Column('lead_id', sa.Uuid(), nullable=True, comment='who led the verification'),
    sa.Column('people', sa.JSON(none_as_null=True), nullable=False, comment='ids of the accounts of those who took part'),
    sa.Column('others', sa.Text(), nullable=False, comment='names of those who took part and have no account'),
    sa.Column('reference', sa.Text(), nullable=False, comment='of the statement, report or contract'),
    sa.Column('entered_by', sa.Uuid(), nullable=False),
    sa.Column('entered_at', columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint(f'kind IN ({KINDS})', name=op.f('ck_earlier_engagement_kind')),
    sa.CheckConstraint("reference <> ''", name=op.f('ck_earlier_engagement_referenced')),
    sa.CheckConstraint("lead_id IS NULL OR kind = 'verification'", name=op.f('ck_earlier_engagement_lead_of_verification')),
    sa.ForeignKeyConstraint(['body_id'], ['organisation.id'], name=op.f('fk_earlier_engagement_body_id_organisation')),
    sa.ForeignKeyConstraint(['entered_by'], ['user_account.id'], name=op.f('fk_earlier_engagement_entered_by_user_account')),
    sa.ForeignKeyConstraint(['lead_id'], ['user_account.id'], name=op.f('fk_earlier_engagement_lead_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_earlier_engagement')),
    sa.UniqueConstraint('body_id', 'credit_code', 'year', 'programme', 'kind', 'reference',
                        name=op.f('uq_earlier_engagement_entry'))
    )
    op.create_index(op.f('ix_earlier_engagement_body_id'), 'earlier_engagement', ['body_id'], unique=False)
    op.create_index(op.f('ix_earlier_engagement_credit_code'), 'earlier_engagement', ['credit_code'], unique=False)
    op.create_index(op.f('ix_earlier_engagement_lead_id'), 'earlier_engagement', ['lead_id'], unique=False)
    with op.batch_alter_table('materiality_mark', schema=None) as batch_op:
        batch_op.add_column(sa.Column('accepted', sa.JSON(none_as_null=True), nullable=True,
                                      comment='errors, net and gross of an accepted offsetting; exact t CO2 as text'))


def downgrade() -> None:
    with op.batch_alter_table('materiality_mark', schema=None) as batch_op:
        batch_op.drop_column('accepted')
    op.drop_table('earlier_engagement')
