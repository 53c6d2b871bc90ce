"""Pages that stand alone: one HTML file each, with all that they need in it."""

from mnist_core.show.standalone.handout import handout
from mnist_core.show.standalone.lesson_record import Visited, lesson_record
from mnist_core.show.standalone.replay import replay

__all__ = ["Visited", "handout", "lesson_record", "replay"]
