"""Operations: health checks, metrics, request log, outages."""
