"""Tables and calculations downloaded as workbooks."""
