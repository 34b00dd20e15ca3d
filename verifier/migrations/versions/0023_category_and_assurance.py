"""the category of a unit on which its threshold rests, the agreed level of assurance, and the number of a finding within its class"""

import sqlalchemy as sa
from alembic import op

from verifier import db as columns

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None


NUMBERED = """
UPDATE finding SET class_number = (
    SELECT count(*) FROM finding AS other
    WHERE other.engagement_id = finding.engagement_id AND other.class_code = finding.class_code AND other.number <= finding.number
)
"""


def upgrade() -> None:
    with op.batch_alter_table('finding', schema=None) as batch_op:
        batch_op.add_column(sa.Column('class_number', sa.Integer(), nullable=True, comment='within its class'))
    op.execute(NUMBERED)
    op.create_table('stated_unit_category',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('engagement_id', sa.Uuid(), nullable=False),
    sa.Column('basis', sa.String(length=32), nullable=False),
    sa.Column('code', sa.Text(), nullable=False, comment='of the band of the rules'),
    sa.Column('average', columns.ExactDecimal(), nullable=True,
              comment='average verified emissions of the trading period before, t CO2'),
    sa.Column('source', sa.Text(), nullable=False, comment='document and place it was read in'),
    sa.Column('set_by', sa.Uuid(), nullable=False),
    sa.Column('set_at', columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(basis = 'average') = (average IS NOT NULL)", name=op.f('ck_stated_unit_category_average_given')),
    sa.CheckConstraint("basis IN ('plan', 'average', 'estimate')", name=op.f('ck_stated_unit_category_basis')),
    sa.CheckConstraint("source <> ''", name=op.f('ck_stated_unit_category_sourced')),
    sa.ForeignKeyConstraint(['engagement_id'], ['engagement.id'], name=op.f('fk_stated_unit_category_engagement_id_engagement')),
    sa.ForeignKeyConstraint(['set_by'], ['user_account.id'], name=op.f('fk_stated_unit_category_set_by_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stated_unit_category')),
    sa.UniqueConstraint('engagement_id', name=op.f('uq_stated_unit_category_engagement_id'))
    )
    op.create_index(op.f('ix_stated_unit_category_engagement_id'), 'stated_unit_category', ['engagement_id'], unique=False)
    op.create_table('agreed_assurance',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('engagement_id', sa.Uuid(), nullable=False),
    sa.Column('level', sa.Text(), nullable=False, comment='code of the rules: reasonable, limited'),
    sa.Column('source', sa.Text(), nullable=False, comment='the agreement: document and date'),
    sa.Column('set_by', sa.Uuid(), nullable=False),
    sa.Column('set_at', columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("source <> ''", name=op.f('ck_agreed_assurance_sourced')),
    sa.ForeignKeyConstraint(['engagement_id'], ['engagement.id'], name=op.f('fk_agreed_assurance_engagement_id_engagement')),
    sa.ForeignKeyConstraint(['set_by'], ['user_account.id'], name=op.f('fk_agreed_assurance_set_by_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_agreed_assurance')),
    sa.UniqueConstraint('engagement_id', name=op.f('uq_agreed_assurance_engagement_id'))
    )
    op.create_index(op.f('ix_agreed_assurance_engagement_id'), 'agreed_assurance', ['engagement_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_agreed_assurance_engagement_id'), table_name='agreed_assurance')
    op.drop_table('agreed_assurance')
    op.drop_index(op.f('ix_stated_unit_category_engagement_id'), table_name='stated_unit_category')
    op.drop_table('stated_unit_category')
    with op.batch_alter_table('finding', schema=None) as batch_op:
        batch_op.drop_column('class_number')
