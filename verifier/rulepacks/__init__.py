"""Rules as data: packs by programme and version, superseded and never edited."""
