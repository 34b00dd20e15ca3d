"""numbers of any length: PostgreSQL refused a decimal of more than 64 digits; SQLite never looked at the width"""

import sqlalchemy as sa
from alembic import op


revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

WIDENED = {
    'body_tolerance': ('value',),
    'conclusion': ('reported_total', 'verified_total'),
    'conservative_estimate': ('reported', 'tonnes'),
    'finding': ('effect',),
    'number_outcome': ('verified',),
    'planning_threshold': ('share',),
    'report_version': ('reported_total', 'recalculated_known'),
    'reported_number': ('value',),
    'reported_source': ('reported', 'recalculated', 'known', 'difference'),
    'sampled_item': ('size', 'quantity', 'found'),
    'source_outcome': ('reported', 'verified'),
    'statement': ('verified_total',),
}


def upgrade() -> None:
    _widen(sa.String(64), sa.String())


def downgrade() -> None:
    _widen(sa.String(), sa.String(64))


def _widen(before: sa.String, after: sa.String) -> None:
    if op.get_bind().dialect.name != 'sqlite':
        for table, names in WIDENED.items():
            for name in names:
                op.alter_column(table, name, existing_type=before, type_=after)
