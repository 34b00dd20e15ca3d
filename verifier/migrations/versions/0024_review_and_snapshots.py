"""working papers of the independent review, last year's report chosen once, and what a conclusion rested on

Each case keeps the report of the year before that its pages show now: the last one released under the same authority and programme.
"""

import sqlalchemy as sa
from alembic import op

from verifier import db as columns

revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None

PARTS = (
    "'case', 'conclusion', 'differences', 'coverage', 'materiality', 'samples', 'dismissals', 'changes', 'findings', 'reperformed'"
)


def upgrade() -> None:
    with op.batch_alter_table('engagement', schema=None) as batch_op:
        batch_op.add_column(sa.Column('previous_version_id', sa.Uuid(), nullable=True,
                                      comment="last year's report, chosen when the case was opened or by a person"))
        batch_op.create_foreign_key(batch_op.f('fk_engagement_previous_version_id_report_version'), 'report_version',
                                    ['previous_version_id'], ['id'])
    _choose_previous_reports()
    with op.batch_alter_table('number_outcome', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('no_finding_reason', sa.Text(), nullable=True, comment='why a difference needs no finding; the unit is told')
        )
    op.execute("UPDATE number_outcome SET no_finding_reason = ''")
    with op.batch_alter_table('number_outcome', schema=None) as batch_op:
        batch_op.alter_column('no_finding_reason', existing_type=sa.Text(), nullable=False,
                              existing_comment='why a difference needs no finding; the unit is told')
    with op.batch_alter_table('site_visit', schema=None) as batch_op:
        batch_op.add_column(sa.Column('cancelled_by', sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column('cancelled_at', columns.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('cancelled_reason', sa.Text(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_site_visit_cancelled_by_user_account'), 'user_account', ['cancelled_by'], ['id'])
    op.execute("UPDATE site_visit SET cancelled_reason = ''")
    with op.batch_alter_table('site_visit', schema=None) as batch_op:
        batch_op.alter_column('cancelled_reason', existing_type=sa.Text(), nullable=False)
    op.create_table('case_snapshot',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('engagement_id', sa.Uuid(), nullable=False),
    sa.Column('conclusion_id', sa.Uuid(), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False, comment='references, flags, coverage and totals, each as its package writes it'),
    sa.Column('taken_at', columns.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['conclusion_id'], ['conclusion.id'], name=op.f('fk_case_snapshot_conclusion_id_conclusion')),
    sa.ForeignKeyConstraint(['engagement_id'], ['engagement.id'], name=op.f('fk_case_snapshot_engagement_id_engagement')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_snapshot')),
    sa.UniqueConstraint('conclusion_id', name=op.f('uq_case_snapshot_conclusion_id'))
    )
    op.create_index(op.f('ix_case_snapshot_engagement_id'), 'case_snapshot', ['engagement_id'], unique=False)
    op.create_table('review_comment',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('engagement_id', sa.Uuid(), nullable=False),
    sa.Column('review_id', sa.Uuid(), nullable=False),
    sa.Column('part', sa.String(length=32), nullable=False),
    sa.Column('comment', sa.Text(), nullable=False),
    sa.Column('answer', sa.Text(), nullable=False),
    sa.Column('answered_by', sa.Uuid(), nullable=True),
    sa.Column('answered_at', columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint(f'part IN ({PARTS})', name=op.f('ck_review_comment_part')),
    sa.CheckConstraint("comment <> ''", name=op.f('ck_review_comment_comment_stated')),
    sa.CheckConstraint("(answered_at IS NULL) = (answered_by IS NULL) AND (answered_at IS NULL) = (answer = '')",
                       name=op.f('ck_review_comment_answered_whole')),
    sa.ForeignKeyConstraint(['answered_by'], ['user_account.id'], name=op.f('fk_review_comment_answered_by_user_account')),
    sa.ForeignKeyConstraint(['engagement_id'], ['engagement.id'], name=op.f('fk_review_comment_engagement_id_engagement')),
    sa.ForeignKeyConstraint(['review_id'], ['review.id'], name=op.f('fk_review_comment_review_id_review')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_comment')),
    sa.UniqueConstraint('review_id', 'part', name=op.f('uq_review_comment_review_id_part'))
    )
    op.create_index(op.f('ix_review_comment_engagement_id'), 'review_comment', ['engagement_id'], unique=False)
    op.create_table('reperformance',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('engagement_id', sa.Uuid(), nullable=False),
    sa.Column('conclusion_id', sa.Uuid(), nullable=False),
    sa.Column('seed', sa.Text(), nullable=False),
    sa.Column('checksum', sa.Text(), nullable=False, comment='SHA-256 of the keys of the numbers that count'),
    sa.Column('population', sa.Integer(), nullable=False, comment='how many numbers that was'),
    sa.Column('drawn_at', columns.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['conclusion_id'], ['conclusion.id'], name=op.f('fk_reperformance_conclusion_id_conclusion')),
    sa.ForeignKeyConstraint(['engagement_id'], ['engagement.id'], name=op.f('fk_reperformance_engagement_id_engagement')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reperformance')),
    sa.UniqueConstraint('conclusion_id', name=op.f('uq_reperformance_conclusion_id'))
    )
    op.create_index(op.f('ix_reperformance_engagement_id'), 'reperformance', ['engagement_id'], unique=False)
    op.create_table('reperformed_number',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('reperformance_id', sa.Uuid(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('number_key', sa.Text(), nullable=False),
    sa.Column('heaviest', sa.Boolean(), nullable=False, comment='the number with the most tonnes; the others were drawn at random'),
    sa.Column('outcome', sa.String(length=32), nullable=True),
    sa.Column('value', columns.ExactDecimal(), nullable=True, comment="as re-performed, in the number's own unit"),
    sa.Column('note', sa.Text(), nullable=False, comment='how it was re-performed'),
    sa.Column('done_by', sa.Uuid(), nullable=True),
    sa.Column('done_at', columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("outcome IN ('confirmed', 'differs')", name=op.f('ck_reperformed_number_outcome')),
    sa.CheckConstraint('(outcome IS NULL) = (done_by IS NULL) AND (outcome IS NULL) = (done_at IS NULL)',
                       name=op.f('ck_reperformed_number_done_whole')),
    sa.CheckConstraint("outcome IS NULL OR outcome <> 'differs' OR note <> ''", name=op.f('ck_reperformed_number_difference_explained')),
    sa.ForeignKeyConstraint(['done_by'], ['user_account.id'], name=op.f('fk_reperformed_number_done_by_user_account')),
    sa.ForeignKeyConstraint(['reperformance_id'], ['reperformance.id'], name=op.f('fk_reperformed_number_reperformance_id_reperformance')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reperformed_number')),
    sa.UniqueConstraint('reperformance_id', 'number_key', name=op.f('uq_reperformed_number_reperformance_id_number_key'))
    )
    op.create_index(op.f('ix_reperformed_number_reperformance_id'), 'reperformed_number', ['reperformance_id'], unique=False)


def _choose_previous_reports() -> None:
    """For each case, the report of the unit released last for the year before under the same authority and programme."""
    places = """
        SELECT u.id, u.unit_id, y.authority_id, y.emission_year, y.pack_id, e.id
        FROM unit_year u JOIN programme_year y ON u.year_id = y.id LEFT JOIN engagement e ON e.unit_year_id = u.id
    """
    rows = op.get_bind().execute(sa.text(places)).all()
    earlier = {(row[1], row[2], row[3], str(row[4]).partition('/')[0]): row[0] for row in rows}
    newest = sa.text('SELECT id FROM report_version WHERE unit_year_id = :year AND released_at IS NOT NULL ORDER BY number DESC LIMIT 1')
    chosen = sa.text('UPDATE engagement SET previous_version_id = :version WHERE id = :case')
    for row in rows:
        before = earlier.get((row[1], row[2], row[3] - 1, str(row[4]).partition('/')[0])) if row[5] is not None else None
        version = op.get_bind().execute(newest, {'year': before}).scalar() if before is not None else None
        if version is not None:
            op.get_bind().execute(chosen, {'version': version, 'case': row[5]})


def downgrade() -> None:
    op.drop_table('case_snapshot')
    with op.batch_alter_table('site_visit', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_site_visit_cancelled_by_user_account'), type_='foreignkey')
        for name in ('cancelled_reason', 'cancelled_at', 'cancelled_by'):
            batch_op.drop_column(name)
    with op.batch_alter_table('number_outcome', schema=None) as batch_op:
        batch_op.drop_column('no_finding_reason')
    with op.batch_alter_table('engagement', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_engagement_previous_version_id_report_version'), type_='foreignkey')
        batch_op.drop_column('previous_version_id')
    op.drop_table('reperformed_number')
    op.drop_table('reperformance')
    op.drop_table('review_comment')
