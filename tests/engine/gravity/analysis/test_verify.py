"""The verify study: passes on the real engine, has every promised row, hears a cancel, and fails when physics is off."""
