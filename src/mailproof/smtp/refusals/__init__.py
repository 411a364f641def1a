"""What a refusal means: `judge` reads a server's reply and says what has to change for the test to pass. Pure."""

from mailproof.smtp.refusals.judgement import Judgement, Situation, judge

__all__ = ["Judgement", "Situation", "judge"]
