"""Logs of others read as records: one for each frame, whatever program has written the log.

Files are read here, as streams; nothing here judges what the frames say.
"""
