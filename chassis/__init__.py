"""What every service is bolted on. It knows no word of the domain but `case_id`."""
