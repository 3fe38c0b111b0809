"""What departs from the standard in a recorded conversation, and who has to mend it.

Pure: records in, findings out. The rules are those that the charge point itself follows.
"""
