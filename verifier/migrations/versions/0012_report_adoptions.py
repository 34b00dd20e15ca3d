"""which report versions a case took up, and on which one each finding was raised, as rows of their own; until now read out of the trail"""

from collections import defaultdict
from uuid import UUID, uuid4

import sqlalchemy as sa
from alembic import op

from verifier import db as columns


revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

TRAIL = sa.table(
    'trail_row',
    sa.column('trail', sa.Text()),
    sa.column('number', sa.Integer()),
    sa.column('recorded_at', columns.UtcDateTime()),
    sa.column('actor_id', sa.Uuid()),
    sa.column('action', sa.Text()),
    sa.column('subject_id', sa.Text()),
    sa.column('detail', sa.JSON()),
)
ENGAGEMENT = sa.table(
    'engagement', sa.column('id', sa.Uuid()), sa.column('unit_year_id', sa.Uuid()), sa.column('report_version_id', sa.Uuid())
)
VERSION = sa.table('report_version', sa.column('id', sa.Uuid()), sa.column('unit_year_id', sa.Uuid()), sa.column('number', sa.Integer()))
FINDING = sa.table('finding', sa.column('id', sa.Uuid()), sa.column('engagement_id', sa.Uuid()), sa.column('report_version_id', sa.Uuid()))


def upgrade() -> None:
    made = op.create_table('report_adoption',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('engagement_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False, comment='in the order they were taken up'),
    sa.Column('before_id', sa.Uuid(), nullable=False, comment='the version under verification until then'),
    sa.Column('version_id', sa.Uuid(), nullable=False, comment='the version under verification from then on'),
    sa.Column('adopted_by', sa.Uuid(), nullable=True),
    sa.Column('adopted_at', columns.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['adopted_by'], ['user_account.id'], name=op.f('fk_report_adoption_adopted_by_user_account')),
    sa.ForeignKeyConstraint(['before_id'], ['report_version.id'], name=op.f('fk_report_adoption_before_id_report_version')),
    sa.ForeignKeyConstraint(['engagement_id'], ['engagement.id'], name=op.f('fk_report_adoption_engagement_id_engagement')),
    sa.ForeignKeyConstraint(['version_id'], ['report_version.id'], name=op.f('fk_report_adoption_version_id_report_version')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report_adoption')),
    sa.UniqueConstraint('engagement_id', 'number', name=op.f('uq_report_adoption_engagement_id_number'))
    )
    with op.batch_alter_table('finding', schema=None) as batch_op:
        batch_op.add_column(sa.Column('report_version_id', sa.Uuid(), nullable=True, comment='the version it was raised on'))
    _fill(op.get_bind(), made)
    with op.batch_alter_table('finding', schema=None) as batch_op:
        batch_op.alter_column('report_version_id', existing_type=sa.Uuid(), nullable=False)
        batch_op.create_foreign_key(
            op.f('fk_finding_report_version_id_report_version'), 'report_version', ['report_version_id'], ['id']
        )


def downgrade() -> None:
    with op.batch_alter_table('finding', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('fk_finding_report_version_id_report_version'), type_='foreignkey')
        batch_op.drop_column('report_version_id')
    op.drop_table('report_adoption')


def _fill(connection: sa.Connection, made: sa.Table) -> None:
    """Rows from what the trails tell: adoptions in their order, and the version under verification when each finding was raised."""
    cases = {str(row.id): row for row in connection.execute(sa.select(ENGAGEMENT))}
    versions = {(row.unit_year_id, row.number): row.id for row in connection.execute(sa.select(VERSION))}
    adoptions: dict[UUID, list[tuple[int, UUID]]] = defaultdict(list)
    of = sa.select(TRAIL).where(TRAIL.c.action == 'engagement:report:adopted').order_by(TRAIL.c.trail, TRAIL.c.number)
    for row in connection.execute(of).all():
        case = cases.get(row.trail)
        before, after = (versions.get((case.unit_year_id, row.detail[end])) if case else None for end in ('before', 'after'))
        if case is not None and before is not None and after is not None:
            adoptions[case.id].append((row.number, before))
            connection.execute(made.insert().values(
                id=uuid4(), engagement_id=case.id, number=len(adoptions[case.id]), before_id=before, version_id=after,
                adopted_by=row.actor_id, adopted_at=row.recorded_at,
            ))
    raised = sa.select(TRAIL.c.subject_id, TRAIL.c.number).where(TRAIL.c.action == 'finding:finding:raised')
    numbers = {subject: number for subject, number in connection.execute(raised)}
    for finding in connection.execute(sa.select(FINDING.c.id, FINDING.c.engagement_id)).all():
        later = [before for number, before in adoptions[finding.engagement_id] if number > numbers.get(str(finding.id), 0)]
        on = later[0] if later else cases[str(finding.engagement_id)].report_version_id
        connection.execute(FINDING.update().where(FINDING.c.id == finding.id).values(report_version_id=on))
