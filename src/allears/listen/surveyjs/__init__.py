"""Surveys to and from SurveyJS JSON (surveyjs.io), with a list of what could not be taken over.

SurveyJS speaks one language by plain text and several by ``{"default": …, "zh-cn": …}``; conditions are one-line
expressions (``{nps} <= 6 and {store} = 'north'``).
"""

from allears.listen.surveyjs.entering import from_surveyjs
from allears.listen.surveyjs.leaving import to_surveyjs

__all__ = ["from_surveyjs", "to_surveyjs"]
