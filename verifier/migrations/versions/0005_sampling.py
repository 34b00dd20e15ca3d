"""risks of sources and data flows, samples with their items, and climbs of the ladder"""

import sqlalchemy as sa
from alembic import op

from verifier import db as columns


revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('data_risk',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('engagement_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False, comment="a source's natural key, or category:basis"),
    sa.Column('inherent', sa.Text(), nullable=False),
    sa.Column('control', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('assessed_by', sa.Uuid(), nullable=False),
    sa.Column('assessed_at', columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("inherent IN ('low', 'medium', 'high') AND control IN ('low', 'medium', 'high')", name=op.f('ck_data_risk_levels')),
    sa.CheckConstraint("kind IN ('source', 'flow')", name=op.f('ck_data_risk_kind')),
    sa.CheckConstraint("reason <> ''", name=op.f('ck_data_risk_reasoned')),
    sa.ForeignKeyConstraint(['assessed_by'], ['user_account.id'], name=op.f('fk_data_risk_assessed_by_user_account')),
    sa.ForeignKeyConstraint(['engagement_id'], ['engagement.id'], name=op.f('fk_data_risk_engagement_id_engagement')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_data_risk')),
    sa.UniqueConstraint('engagement_id', 'kind', 'key', name=op.f('uq_data_risk_engagement_id_kind_key'))
    )
    with op.batch_alter_table('data_risk', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_data_risk_engagement_id'), ['engagement_id'], unique=False)

    op.create_table('sample',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('engagement_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('method', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False, comment='which population: data, sites, added, deducted, list:<name>'),
    sa.Column('reading', sa.Text(), nullable=False, comment="how the ladder's share is read"),
    sa.Column('basis', sa.Text(), nullable=False, comment="why sampling is right here, in the verifier's words"),
    sa.Column('plan', sa.JSON(none_as_null=True), nullable=False, comment='core.sampling.plan.Plan as JSON'),
    sa.Column('places', sa.JSON(none_as_null=True), nullable=False, comment='the ladder: share and reason of every source or site'),
    sa.Column('checksum', sa.Text(), nullable=False, comment="SHA-256 of the population's text"),
    sa.Column('population', sa.JSON(none_as_null=True), nullable=False, comment='every item in canonical order'),
    sa.Column('unknown', sa.JSON(none_as_null=True), nullable=False, comment='sources whose tonnes are not known'),
    sa.Column('report_version_id', sa.Uuid(), nullable=False),
    sa.Column('list_sha256', sa.Text(), nullable=True),
    sa.Column('filename', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False, comment='why it was drawn anew, where a sample of another population was there'),
    sa.Column('planned_by', sa.Uuid(), nullable=False),
    sa.Column('planned_at', columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('seed', sa.Text(), nullable=True),
    sa.Column('drawn_by', sa.Uuid(), nullable=True),
    sa.Column('drawn_at', columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('replaced_at', columns.UtcDateTime(timezone=True), nullable=True),
    sa.CheckConstraint("method IN ('ladder', 'tonne_unit', 'reciprocal')", name=op.f('ck_sample_method')),
    sa.CheckConstraint('(seed IS NULL) = (drawn_at IS NULL) AND (drawn_by IS NULL) = (drawn_at IS NULL)', name=op.f('ck_sample_drawn_whole')),
    sa.CheckConstraint('replaced_at IS NULL OR drawn_at IS NOT NULL', name=op.f('ck_sample_only_drawn_replaced')),
    sa.ForeignKeyConstraint(['drawn_by'], ['user_account.id'], name=op.f('fk_sample_drawn_by_user_account')),
    sa.ForeignKeyConstraint(['engagement_id'], ['engagement.id'], name=op.f('fk_sample_engagement_id_engagement')),
    sa.ForeignKeyConstraint(['list_sha256'], ['stored_file.sha256'], name=op.f('fk_sample_list_sha256_stored_file')),
    sa.ForeignKeyConstraint(['planned_by'], ['user_account.id'], name=op.f('fk_sample_planned_by_user_account')),
    sa.ForeignKeyConstraint(['report_version_id'], ['report_version.id'], name=op.f('fk_sample_report_version_id_report_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sample')),
    sa.UniqueConstraint('engagement_id', 'number', name=op.f('uq_sample_engagement_id_number'))
    )
    with op.batch_alter_table('sample', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sample_engagement_id'), ['engagement_id'], unique=False)

    op.create_table('sample_climb',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('sample_id', sa.Uuid(), nullable=False),
    sa.Column('stratum', sa.Text(), nullable=False),
    sa.Column('from_step', sa.Text(), nullable=False),
    sa.Column('to_step', sa.Text(), nullable=False),
    sa.Column('weighed', sa.JSON(none_as_null=True), nullable=False, comment="by the pack's codes: cause, nature, effect"),
    sa.Column('climbed_by', sa.Uuid(), nullable=False),
    sa.Column('climbed_at', columns.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['climbed_by'], ['user_account.id'], name=op.f('fk_sample_climb_climbed_by_user_account')),
    sa.ForeignKeyConstraint(['sample_id'], ['sample.id'], name=op.f('fk_sample_climb_sample_id_sample')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sample_climb')),
    sa.UniqueConstraint('sample_id', 'stratum', 'to_step', name=op.f('uq_sample_climb_sample_id_stratum_to_step'))
    )
    with op.batch_alter_table('sample_climb', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sample_climb_sample_id'), ['sample_id'], unique=False)

    op.create_table('sampled_item',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('sample_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('stratum', sa.Text(), nullable=False),
    sa.Column('step', sa.Text(), nullable=False, comment='the step of the ladder that took it in, as a fraction'),
    sa.Column('whole', sa.Boolean(), nullable=False, comment='above the interval: speaks for itself alone'),
    sa.Column('line', sa.Text(), nullable=False, comment='its canonical line'),
    sa.Column('parts', sa.JSON(none_as_null=True), nullable=False),
    sa.Column('label', sa.Text(), nullable=False),
    sa.Column('size', columns.ExactDecimal(length=64), nullable=True, comment='t CO2'),
    sa.Column('quantity', columns.ExactDecimal(length=64), nullable=True, comment='as reported, in its unit'),
    sa.Column('unit', sa.Text(), nullable=False),
    sa.Column('result', sa.Text(), nullable=True),
    sa.Column('found', columns.ExactDecimal(length=64), nullable=True, comment='in the unit reported'),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('tested_by', sa.Uuid(), nullable=True),
    sa.Column('tested_at', columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("found IS NULL OR result = 'differs'", name=op.f('ck_sampled_item_found_differs')),
    sa.CheckConstraint("result IN ('agreed', 'differs', 'not_found')", name=op.f('ck_sampled_item_result')),
    sa.CheckConstraint('(result IS NULL) = (tested_at IS NULL) AND (tested_by IS NULL) = (tested_at IS NULL)', name=op.f('ck_sampled_item_tested_whole')),
    sa.ForeignKeyConstraint(['sample_id'], ['sample.id'], name=op.f('fk_sampled_item_sample_id_sample')),
    sa.ForeignKeyConstraint(['tested_by'], ['user_account.id'], name=op.f('fk_sampled_item_tested_by_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sampled_item')),
    sa.UniqueConstraint('sample_id', 'position', name=op.f('uq_sampled_item_sample_id_position'))
    )
    with op.batch_alter_table('sampled_item', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sampled_item_sample_id'), ['sample_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('sampled_item', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sampled_item_sample_id'))

    op.drop_table('sampled_item')
    with op.batch_alter_table('sample_climb', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sample_climb_sample_id'))

    op.drop_table('sample_climb')
    with op.batch_alter_table('sample', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sample_engagement_id'))

    op.drop_table('sample')
    with op.batch_alter_table('data_risk', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_data_risk_engagement_id'))

    op.drop_table('data_risk')
