"""vouchers, what was asked for, what stands beside a report, and what was concluded of what stood out"""

import sqlalchemy as sa
from alembic import op

from verifier import db as columns


revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('voucher',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('unit_year_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False, comment='spoken: V-12; W-3 where a verifier keeps it'),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('filename', sa.Text(), nullable=False),
    sa.Column('title', sa.Text(), nullable=False, comment='what it is, in words'),
    sa.Column('meter', sa.Text(), nullable=False, comment='which meter it is of, in words'),
    sa.Column('period', sa.Text(), nullable=False, comment='which months it covers, in words'),
    sa.Column('media_type', sa.Text(), nullable=False),
    sa.Column('pages', sa.Integer(), nullable=True, comment='of a PDF; empty where unknown'),
    sa.Column('first_rows', sa.JSON(none_as_null=True), nullable=True, comment='first rows of a spreadsheet: [{name, rows}]'),
    sa.Column('by_unit', sa.Boolean(), nullable=False, comment="the unit's own; else a working paper of the verifiers"),
    sa.Column('handed_in_by', sa.Uuid(), nullable=False),
    sa.Column('handed_in_at', columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('withdrawn_by', sa.Uuid(), nullable=True),
    sa.Column('withdrawn_at', columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('withdrawn_reason', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_reason = '')", name=op.f('ck_voucher_withdrawn_with_reason')),
    sa.CheckConstraint('(withdrawn_at IS NULL) = (withdrawn_by IS NULL)', name=op.f('ck_voucher_withdrawn_whole')),
    sa.ForeignKeyConstraint(['handed_in_by'], ['user_account.id'], name=op.f('fk_voucher_handed_in_by_user_account')),
    sa.ForeignKeyConstraint(['sha256'], ['stored_file.sha256'], name=op.f('fk_voucher_sha256_stored_file')),
    sa.ForeignKeyConstraint(['unit_year_id'], ['unit_year.id'], name=op.f('fk_voucher_unit_year_id_unit_year')),
    sa.ForeignKeyConstraint(['withdrawn_by'], ['user_account.id'], name=op.f('fk_voucher_withdrawn_by_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_voucher')),
    sa.UniqueConstraint('unit_year_id', 'by_unit', 'number', name=op.f('uq_voucher_unit_year_id_by_unit_number')),
    sa.UniqueConstraint('unit_year_id', 'sha256', 'by_unit', name=op.f('uq_voucher_unit_year_id_sha256_by_unit'))
    )
    with op.batch_alter_table('voucher', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_voucher_unit_year_id'), ['unit_year_id'], unique=False)

    op.create_table('voucher_link',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('voucher_id', sa.Uuid(), nullable=False),
    sa.Column('source_key', sa.Text(), nullable=False),
    sa.Column('period', sa.Text(), nullable=False, comment='a month or year; empty for all of the source'),
    sa.Column('parameter', sa.Text(), nullable=False, comment='empty for every parameter'),
    sa.Column('page', sa.Integer(), nullable=True, comment='where in the voucher'),
    sa.Column('by_unit', sa.Boolean(), nullable=False),
    sa.Column('linked_by', sa.Uuid(), nullable=False),
    sa.Column('linked_at', columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('undone_by', sa.Uuid(), nullable=True),
    sa.Column('undone_at', columns.UtcDateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(undone_at IS NULL) = (undone_by IS NULL)', name=op.f('ck_voucher_link_undone_whole')),
    sa.ForeignKeyConstraint(['linked_by'], ['user_account.id'], name=op.f('fk_voucher_link_linked_by_user_account')),
    sa.ForeignKeyConstraint(['undone_by'], ['user_account.id'], name=op.f('fk_voucher_link_undone_by_user_account')),
    sa.ForeignKeyConstraint(['voucher_id'], ['voucher.id'], name=op.f('fk_voucher_link_voucher_id_voucher')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_voucher_link')),
    sa.UniqueConstraint('voucher_id', 'source_key', 'period', 'parameter', 'by_unit', name=op.f('uq_voucher_link_voucher_id_source_key_period_parameter_by_unit'))
    )
    with op.batch_alter_table('voucher_link', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_voucher_link_source_key'), ['source_key'], unique=False)
        batch_op.create_index(batch_op.f('ix_voucher_link_voucher_id'), ['voucher_id'], unique=False)

    op.create_table('voucher_picture',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('voucher_id', sa.Uuid(), nullable=False),
    sa.Column('page', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('media_type', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['sha256'], ['stored_file.sha256'], name=op.f('fk_voucher_picture_sha256_stored_file')),
    sa.ForeignKeyConstraint(['voucher_id'], ['voucher.id'], name=op.f('fk_voucher_picture_voucher_id_voucher')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_voucher_picture')),
    sa.UniqueConstraint('voucher_id', 'page', name=op.f('uq_voucher_picture_voucher_id_page'))
    )
    with op.batch_alter_table('voucher_picture', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_voucher_picture_voucher_id'), ['voucher_id'], unique=False)

    op.create_table('analysis_conclusion',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('engagement_id', sa.Uuid(), nullable=False),
    sa.Column('line_key', sa.Text(), nullable=False, comment='procedure and what the line is of: the natural key'),
    sa.Column('conclusion', sa.Text(), nullable=False),
    sa.Column('fingerprint', sa.Text(), nullable=False, comment='the figures it was written on; others ask again'),
    sa.Column('concluded_by', sa.Uuid(), nullable=False),
    sa.Column('concluded_at', columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['concluded_by'], ['user_account.id'], name=op.f('fk_analysis_conclusion_concluded_by_user_account')),
    sa.ForeignKeyConstraint(['engagement_id'], ['engagement.id'], name=op.f('fk_analysis_conclusion_engagement_id_engagement')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_analysis_conclusion')),
    sa.UniqueConstraint('engagement_id', 'line_key', name=op.f('uq_analysis_conclusion_engagement_id_line_key'))
    )
    with op.batch_alter_table('analysis_conclusion', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_analysis_conclusion_engagement_id'), ['engagement_id'], unique=False)

    op.create_table('body_tolerance',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('engagement_id', sa.Uuid(), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('value', columns.ExactDecimal(length=64), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('set_by', sa.Uuid(), nullable=False),
    sa.Column('set_at', columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['engagement_id'], ['engagement.id'], name=op.f('fk_body_tolerance_engagement_id_engagement')),
    sa.ForeignKeyConstraint(['set_by'], ['user_account.id'], name=op.f('fk_body_tolerance_set_by_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_body_tolerance')),
    sa.UniqueConstraint('engagement_id', 'code', name=op.f('uq_body_tolerance_engagement_id_code'))
    )
    with op.batch_alter_table('body_tolerance', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_body_tolerance_engagement_id'), ['engagement_id'], unique=False)

    op.create_table('evidence_request',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('engagement_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False, comment='spoken: R-7'),
    sa.Column('about', sa.Text(), nullable=False, comment='a subject in words; empty where numbers are named'),
    sa.Column('numbers', sa.JSON(none_as_null=True), nullable=False, comment='[[source, period, parameter], …]'),
    sa.Column('asked', sa.Text(), nullable=False, comment='what is to be shown'),
    sa.Column('department', sa.Text(), nullable=False, comment='who at the unit should have it, in words'),
    sa.Column('due', sa.Date(), nullable=False),
    sa.Column('assigned_to', sa.Uuid(), nullable=True),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('raised_by', sa.Uuid(), nullable=False),
    sa.Column('raised_at', columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False, comment="the unit's words"),
    sa.Column('answered_by', sa.Uuid(), nullable=True),
    sa.Column('answered_at', columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False, comment='why it was returned or withdrawn'),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("state IN ('open', 'answered', 'accepted', 'returned', 'withdrawn')", name=op.f('ck_evidence_request_state')),
    sa.CheckConstraint('(answered_at IS NULL) = (answered_by IS NULL)', name=op.f('ck_evidence_request_answered_whole')),
    sa.ForeignKeyConstraint(['answered_by'], ['user_account.id'], name=op.f('fk_evidence_request_answered_by_user_account')),
    sa.ForeignKeyConstraint(['assigned_to'], ['user_account.id'], name=op.f('fk_evidence_request_assigned_to_user_account')),
    sa.ForeignKeyConstraint(['engagement_id'], ['engagement.id'], name=op.f('fk_evidence_request_engagement_id_engagement')),
    sa.ForeignKeyConstraint(['raised_by'], ['user_account.id'], name=op.f('fk_evidence_request_raised_by_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evidence_request')),
    sa.UniqueConstraint('engagement_id', 'number', name=op.f('uq_evidence_request_engagement_id_number'))
    )
    with op.batch_alter_table('evidence_request', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_evidence_request_assigned_to'), ['assigned_to'], unique=False)
        batch_op.create_index(batch_op.f('ix_evidence_request_engagement_id'), ['engagement_id'], unique=False)

    op.create_table('reference_workbook',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('engagement_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('filename', sa.Text(), nullable=False),
    sa.Column('sha256', sa.Text(), nullable=False),
    sa.Column('content', sa.JSON(none_as_null=True), nullable=False, comment='every sheet and row as read, canonical'),
    sa.Column('note', sa.Text(), nullable=False, comment='where it comes from'),
    sa.Column('added_by', sa.Uuid(), nullable=False),
    sa.Column('added_at', columns.UtcDateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('previous', 'plan')", name=op.f('ck_reference_workbook_kind')),
    sa.ForeignKeyConstraint(['added_by'], ['user_account.id'], name=op.f('fk_reference_workbook_added_by_user_account')),
    sa.ForeignKeyConstraint(['engagement_id'], ['engagement.id'], name=op.f('fk_reference_workbook_engagement_id_engagement')),
    sa.ForeignKeyConstraint(['sha256'], ['stored_file.sha256'], name=op.f('fk_reference_workbook_sha256_stored_file')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reference_workbook'))
    )
    with op.batch_alter_table('reference_workbook', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reference_workbook_engagement_id'), ['engagement_id'], unique=False)

    op.create_table('request_voucher',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('request_id', sa.Uuid(), nullable=False),
    sa.Column('voucher_id', sa.Uuid(), nullable=False),
    sa.Column('given_at', columns.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['request_id'], ['evidence_request.id'], name=op.f('fk_request_voucher_request_id_evidence_request')),
    sa.ForeignKeyConstraint(['voucher_id'], ['voucher.id'], name=op.f('fk_request_voucher_voucher_id_voucher')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_request_voucher')),
    sa.UniqueConstraint('request_id', 'voucher_id', name=op.f('uq_request_voucher_request_id_voucher_id'))
    )
    with op.batch_alter_table('request_voucher', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_request_voucher_request_id'), ['request_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_request_voucher_voucher_id'), ['voucher_id'], unique=False)



def downgrade() -> None:
    with op.batch_alter_table('request_voucher', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_request_voucher_voucher_id'))
        batch_op.drop_index(batch_op.f('ix_request_voucher_request_id'))

    op.drop_table('request_voucher')
    with op.batch_alter_table('reference_workbook', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_reference_workbook_engagement_id'))

    op.drop_table('reference_workbook')
    with op.batch_alter_table('evidence_request', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_evidence_request_engagement_id'))
        batch_op.drop_index(batch_op.f('ix_evidence_request_assigned_to'))

    op.drop_table('evidence_request')
    with op.batch_alter_table('body_tolerance', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_body_tolerance_engagement_id'))

    op.drop_table('body_tolerance')
    with op.batch_alter_table('analysis_conclusion', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_analysis_conclusion_engagement_id'))

    op.drop_table('analysis_conclusion')
    with op.batch_alter_table('voucher_picture', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_voucher_picture_voucher_id'))

    op.drop_table('voucher_picture')
    with op.batch_alter_table('voucher_link', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_voucher_link_voucher_id'))
        batch_op.drop_index(batch_op.f('ix_voucher_link_source_key'))

    op.drop_table('voucher_link')
    with op.batch_alter_table('voucher', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_voucher_unit_year_id'))

    op.drop_table('voucher')
