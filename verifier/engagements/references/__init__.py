"""What the report of a case is compared with, as several checks use it: workbooks, and the monitoring plan."""
