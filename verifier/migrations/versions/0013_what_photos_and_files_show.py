"""what a photo shows and what an attachment was handed in with are rows with checked keys; a photo may show several things"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from alembic import op

from verifier import db as columns


revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

KEYS = {
    'photo_subject': {'case': ('engagement_id', 'engagement'), 'finding': ('finding_id', 'finding'), 'visit': ('visit_id', 'site_visit')},
    'attachment_subject': {
        'case': ('engagement_id', 'engagement'), 'finding': ('finding_id', 'finding'), 'exchange': ('exchange_id', 'exchange'),
    },
}
"""The kinds of subject that are rows: the column that names one, and its table."""


def upgrade() -> None:
    for owner in ('photo', 'attachment'):
        table = f'{owner}_subject'
        keys = list(KEYS[table].values())
        made = op.create_table(table,
        sa.Column('id', sa.Uuid(), nullable=False),
        sa.Column(f'{owner}_id', sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Uuid(), nullable=True) for name, _of in keys),
        sa.Column('kind', sa.Text(), nullable=True, comment='of what has a natural key: source, facility, checklist_item, …'),
        sa.Column('key', sa.Text(), nullable=True, comment='its natural key in the case'),
        sa.Column('tied_by', sa.Uuid(), nullable=False),
        sa.Column('tied_at', columns.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint(_one_of([name for name, _of in keys]), name=op.f(f'ck_{table}_one_subject')),
        sa.CheckConstraint('(kind IS NULL) = (key IS NULL)', name=op.f(f'ck_{table}_kind_with_key')),
        sa.ForeignKeyConstraint([f'{owner}_id'], [f'{owner}.id'], name=op.f(f'fk_{table}_{owner}_id_{owner}')),
        *(sa.ForeignKeyConstraint([name], [f'{of}.id'], name=op.f(f'fk_{table}_{name}_{of}')) for name, of in keys),
        sa.ForeignKeyConstraint(['tied_by'], ['user_account.id'], name=op.f(f'fk_{table}_tied_by_user_account')),
        sa.PrimaryKeyConstraint('id', name=op.f(f'pk_{table}')),
        *(sa.UniqueConstraint(f'{owner}_id', name, name=op.f(f'uq_{table}_{owner}_id_{name}')) for name, _of in keys),
        sa.UniqueConstraint(f'{owner}_id', 'kind', 'key', name=op.f(f'uq_{table}_{owner}_id_kind_key'))
        )
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.create_index(f'ix_{table}_named', ['kind', 'key'], unique=False)
            for name, _of in keys:
                batch_op.create_index(batch_op.f(f'ix_{table}_{name}'), [name], unique=False)
        for row in _from(op.get_bind(), owner):
            op.get_bind().execute(made.insert().values(row))
        with op.batch_alter_table(owner, schema=None) as batch_op:
            batch_op.drop_index(f'ix_{owner}_subject')
            batch_op.drop_column('subject_kind')
            batch_op.drop_column('subject_id')
    op.drop_table('finding_photo')


def downgrade() -> None:
    raise RuntimeError('revision 0013 cannot be taken back: a photo may show several things since; restore the copy made before the migration')


def _one_of(keys: list[str]) -> str:
    return ' + '.join(f'CASE WHEN {name} IS NULL THEN 0 ELSE 1 END' for name in (*keys, 'key')) + ' = 1'


def _from(connection: sa.Connection, owner: str) -> Iterator[dict[str, Any]]:
    """A row for what each photo or attachment named as its subject; then one for each photo put to a finding as well."""
    kinds = KEYS[f'{owner}_subject']
    there = {of: set(connection.scalars(sa.select(sa.column('id', sa.Uuid())).select_from(sa.table(of)))) for _name, of in kinds.values()}
    known = sa.table(owner, *(sa.column(name, sa.Uuid()) for name in ('id', 'added_by')), sa.column('added_at', columns.UtcDateTime()),
                     sa.column('subject_kind', sa.Text()), sa.column('subject_id', sa.Text()))
    shown = set()
    for row in connection.execute(sa.select(known)).all():
        name, of = kinds.get(row.subject_kind, ('', ''))
        subject = _uuid(row.subject_id)
        named = {name: subject} if name and subject in there[of] else {'kind': row.subject_kind, 'key': row.subject_id}
        shown.add((row.id, named.get('finding_id')))
        yield {'id': uuid4(), f'{owner}_id': row.id, 'tied_by': row.added_by, 'tied_at': row.added_at, **named}
    if owner == 'photo':
        put = sa.table('finding_photo', *(sa.column(name, sa.Uuid()) for name in ('photo_id', 'finding_id', 'put_by')),
                       sa.column('put_at', columns.UtcDateTime()))
        for row in connection.execute(sa.select(put)).all():
            if (row.photo_id, row.finding_id) not in shown:
                yield {'id': uuid4(), 'photo_id': row.photo_id, 'finding_id': row.finding_id, 'tied_by': row.put_by, 'tied_at': row.put_at}


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
