"""notices of events: what each person is to be told by mail"""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from alembic import op

from verifier import db as columns

revision = '0028'
down_revision = '0027'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('notice',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('event', sa.Text(), nullable=False, comment='a word of the event table'),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('unit_year_id', sa.Uuid(), nullable=False),
    sa.Column('engagement_id', sa.Uuid(), nullable=True),
    sa.Column('occasion', sa.Text(), nullable=False, comment='what makes it one event: trail and row, review, or task and day'),
    sa.Column('about', sa.Text(), nullable=False, comment='displayed number of what it is about: R-7; empty for the whole case'),
    sa.Column('count', sa.Integer(), nullable=False, comment='how many things it is about'),
    sa.Column('at_once', sa.Boolean(), nullable=False, comment='mailed without waiting for what follows'),
    sa.Column('occurred_at', columns.UtcDateTime(timezone=True), nullable=False),
    sa.Column('settled_at', columns.UtcDateTime(timezone=True), nullable=True),
    sa.Column('mail_id', sa.Uuid(), nullable=True, comment='the job that sends the mail; empty where none was needed'),
    sa.CheckConstraint('mail_id IS NULL OR settled_at IS NOT NULL', name=op.f('ck_notice_mailed_is_settled')),
    sa.ForeignKeyConstraint(['engagement_id'], ['engagement.id'], name=op.f('fk_notice_engagement_id_engagement')),
    sa.ForeignKeyConstraint(['unit_year_id'], ['unit_year.id'], name=op.f('fk_notice_unit_year_id_unit_year')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_notice_user_id_user_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_notice')),
    sa.UniqueConstraint('user_id', 'event', 'occasion', name=op.f('uq_notice_user_id_event_occasion'))
    )
    op.create_index(op.f('ix_notice_engagement_id'), 'notice', ['engagement_id'], unique=False)
    op.create_index(op.f('ix_notice_unit_year_id'), 'notice', ['unit_year_id'], unique=False)
    op.create_index('ix_notice_open', 'notice', ['settled_at', 'user_id', 'unit_year_id'], unique=False)
    _keep_what_was_mailed()


def _keep_what_was_mailed() -> None:
    """Reminders and messages about void approvals that were queued before, as settled notices, so that nobody is mailed them again."""
    connection, now = op.get_bind(), datetime.now(UTC)
    job = sa.table('job', sa.column('kind'), sa.column('key'))
    case = sa.table('engagement', sa.column('id', sa.Uuid()), sa.column('unit_year_id', sa.Uuid()))
    review = sa.table('review', sa.column('id', sa.Uuid()), sa.column('engagement_id', sa.Uuid()))
    of_case = {row.id: row.unit_year_id for row in connection.execute(sa.select(case))}
    of_review = {row.id: row.engagement_id for row in connection.execute(sa.select(review))}
    people = set(connection.scalars(sa.select(sa.table('user_account', sa.column('id', sa.Uuid())).c.id)))
    years = set(connection.scalars(sa.select(sa.table('unit_year', sa.column('id', sa.Uuid())).c.id)))
    found = {}
    for key in connection.scalars(sa.select(job.c.key).where(job.c.kind == 'mail.send', job.c.key.is_not(None))):
        kind, *parts = key.split(':')
        if kind == 'reminder' and len(parts) == 5:
            person, what, place, due, at = parts
            place_id = UUID(place)
            case_id = place_id if place_id in of_case else None
            event, occasion = ('overdue' if at == 'late' else 'due_soon'), f'{what}:{place}::{due}:{at}'
            year_id = of_case.get(place_id, place_id)
        elif kind == 'approval-void' and UUID(parts[0]) in of_review:
            person, case_id = parts[1], of_review[UUID(parts[0])]
            event, occasion, year_id = 'approval_void', f'review:{parts[0]}', of_case[case_id]
        else:
            continue
        if UUID(person) in people and year_id in years:
            found[person, event, occasion] = {'id': uuid4(), 'event': event, 'user_id': UUID(person), 'unit_year_id': year_id,
                                              'engagement_id': case_id, 'occasion': occasion, 'about': '', 'count': 1, 'at_once': False,
                                              'occurred_at': now, 'settled_at': now}
    if found:
        op.bulk_insert(_notices(), list(found.values()))


def _notices() -> sa.TableClause:
    moment = columns.UtcDateTime(timezone=True)
    return sa.table('notice', *(sa.column(name, sa.Uuid()) for name in ('id', 'user_id', 'unit_year_id', 'engagement_id')),
                    *(sa.column(name, sa.Text()) for name in ('event', 'occasion', 'about')), sa.column('count', sa.Integer()),
                    sa.column('at_once', sa.Boolean()), sa.column('occurred_at', moment), sa.column('settled_at', moment))


def downgrade() -> None:
    op.drop_table('notice')
