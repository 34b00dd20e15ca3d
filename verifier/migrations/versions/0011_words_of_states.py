"""states, kinds, roles and outcomes are words that the database knows; an action is called an action, a time ends in _at"""

import sqlalchemy as sa
from alembic import op


revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

BOUNDARY = ('facility', 'source')
LEVELS = ('low', 'medium', 'high')
OUTCOMES = ('agreed', 'differs', 'cannot_confirm')
ROLES = (
    'administrator', 'programme_manager', 'assessor', 'coordinator', 'lead_verifier', 'verifier', 'technical_expert', 'reviewer',
    'signatory', 'invited', 'contact', 'contributor', 'responsible',
)
WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    'account_link': {'purpose': ('invitation', 'reset')},
    'appointment': {'role': ROLES},
    'boundary_decision': {'kind': BOUNDARY, 'outcome': ('confirmed', 'not_counted')},
    'checklist_answer': {'outcome': ('in_order', 'finding', 'not_applicable')},
    'data_risk': {'kind': ('source', 'flow'), 'inherent': LEVELS, 'control': LEVELS},
    'engagement': {'stage': ('arranging', 'checking', 'answering', 'reviewing', 'to_certify', 'to_countersign', 'to_seal', 'issued')},
    'evidence_request': {'state': ('open', 'answered', 'accepted', 'returned', 'withdrawn')},
    'exchange': {'action': ('send', 'answer', 'accept', 'return', 'withdraw', 'report_uncorrected', 'estimate', 'carry_over')},
    'finding': {
        'arose_in': ('boundary', 'data', 'site'),
        'state': ('draft', 'sent', 'answered', 'returned', 'closed', 'uncorrected', 'estimated', 'carried_over', 'withdrawn'),
    },
    'materiality_mark': {'kind': ('nature', 'netting')},
    'missing_source': {'kind': BOUNDARY},
    'number_outcome': {'outcome': OUTCOMES},
    'organisation': {'kind': ('body', 'unit', 'authority', 'installation')},
    'reference_workbook': {'kind': ('previous', 'plan')},
    'reported_number': {'kind': ('activity', 'measurement', 'factor', 'reported', 'total', 'production')},
    'review': {'outcome': ('approved', 'sent_back')},
    'sample': {'method': ('ladder', 'tonne_unit', 'reciprocal')},
    'sampled_item': {'result': ('agreed', 'differs', 'not_found')},
    'signature': {'place': ('lead', 'signatory', 'seal')},
    'source_outcome': {'outcome': OUTCOMES},
    'statement': {'status': ('certified', 'countersigned', 'issued', 'recalled', 'superseded')},
    'team_member': {'role': ROLES},
    'trail_row': {'effect': ('change', 'proceed', 'look')},
}
RENAMED: dict[str, dict[str, str]] = {'exchange': {'deed': 'action'}, 'trail_row': {'deed': 'action', 'at': 'recorded_at'}}
KNOWN_BEFORE: dict[str, dict[str, str]] = {
    'account_link': {'purpose': "purpose IN ('invitation', 'reset')"},
    'boundary_decision': {'kind': "kind IN ('facility', 'source')", 'outcome': "outcome IN ('confirmed', 'finding', 'not_counted')"},
    'checklist_answer': {'outcome': "outcome IN ('in_order', 'finding', 'not_applicable')"},
    'data_risk': {
        'kind': "kind IN ('source', 'flow')",
        'levels': "inherent IN ('low', 'medium', 'high') AND control IN ('low', 'medium', 'high')",
    },
    'evidence_request': {'state': "state IN ('open', 'answered', 'accepted', 'returned', 'withdrawn')"},
    'materiality_mark': {'kind': "kind IN ('nature', 'netting')"},
    'number_outcome': {'outcome': "outcome IN ('agreed', 'differs', 'cannot_confirm')"},
    'organisation': {'kind': "kind IN ('body', 'unit', 'authority', 'installation')"},
    'reference_workbook': {'kind': "kind IN ('previous', 'plan')"},
    'review': {'outcome': "outcome IN ('approved', 'sent_back')"},
    'sample': {'method': "method IN ('ladder', 'tonne_unit', 'reciprocal')"},
    'sampled_item': {'result': "result IN ('agreed', 'differs', 'not_found')"},
    'signature': {'place': "place IN ('lead', 'signatory', 'seal')"},
    'source_outcome': {'outcome': "outcome IN ('agreed', 'differs', 'cannot_confirm')"},
    'statement': {'status': "status IN ('certified', 'countersigned', 'issued', 'recalled', 'superseded')"},
    'trail_row': {'effect': "effect IN ('change', 'proceed', 'look')"},
}
"""The constraints on words that revision 0010 had, by table and name."""
NULLABLE = {('checklist_answer', 'outcome'), ('sampled_item', 'result')}
COMMENTS = {
    ('finding', 'arose_in'): ('boundary, data or site', None),
    ('trail_row', 'action'): ('source:subject:deed', 'source:subject:verb'),
    ('trail_row', 'effect'): ('change, proceed or look', None),
}


def upgrade() -> None:
    for table, columns in WORDS.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name in KNOWN_BEFORE.get(table, {}):
                batch_op.drop_constraint(op.f(f'ck_{table}_{name}'), type_='check')
            for before, after in RENAMED.get(table, {}).items():
                batch_op.alter_column(before, new_column_name=after, existing_nullable=False)
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name, words in columns.items():
                nullable = (table, name) in NULLABLE
                batch_op.alter_column(name, type_=sa.String(32), existing_type=sa.Text(), existing_nullable=nullable)
                batch_op.create_check_constraint(op.f(f'ck_{table}_{name}'), f"{name} IN ({', '.join(repr(word) for word in words)})")
    _comment(1)


def downgrade() -> None:
    _comment(0)
    for table, columns in WORDS.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for name in columns:
                batch_op.drop_constraint(op.f(f'ck_{table}_{name}'), type_='check')
                nullable = (table, name) in NULLABLE
                batch_op.alter_column(name, type_=sa.Text(), existing_type=sa.String(32), existing_nullable=nullable)
        with op.batch_alter_table(table, schema=None) as batch_op:
            for before, after in RENAMED.get(table, {}).items():
                batch_op.alter_column(after, new_column_name=before, existing_nullable=False)
            for name, condition in KNOWN_BEFORE.get(table, {}).items():
                batch_op.create_check_constraint(op.f(f'ck_{table}_{name}'), condition)


def _comment(which: int) -> None:
    """Comments of columns; SQLite keeps none."""
    if op.get_bind().dialect.name != 'sqlite':
        for (table, column), comments in COMMENTS.items():
            op.alter_column(table, column, comment=comments[which], existing_comment=comments[1 - which])
