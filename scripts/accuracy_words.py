"""The paragraphs of the accuracy page."""

INTRODUCTION = """\
How well it counts, beside what one would use instead, on the same pictures. Written by `make accuracy` (`python -m
scripts.accuracy_page`); no figure is typed by hand, and the commands stand at the end. Brackets hold 95 % intervals by a
bootstrap that draws whole pictures (1,000 rounds, seed 0). `$DATA` is the folder of the labelled sets, `$WORK` a scratch
folder. What each figure means stands in [bench.md](bench.md). Accuracy does not depend on the machine.

The headline asks for 99.2 % of facings with a calibrated fixed camera and enrolled products. No labelled set of a real fixed
camera is at hand, so that claim is open; what is measured below is harder (photos from other angles, in other light) or
rendered, and says so.
"""
BOXES = """\
Eleven photos of five fixtures; rows are named by their photos. Boxes within 1 % of a picture's edge are ignored on both
sides; AP is taken from confidence .01 up without a cap on boxes, by faster-coco-eval for a fixture and by our own sums for all
together; recall, precision and counts are taken at the shipped operating point.
"""
WITH_FOLDS = """\
Each fixture is measured by a network of the shipped recipe that was trained without its photos (`python -m
scripts.train_detector train --exclude ...`; bench/training.md); the shipped network itself has learnt from all of them and is
not reported on them.
"""
NO_FOLDS = """\
All are measured by the shipped network.
"""
COMPARED_NOTE = """\
"Clearly" means that the whole interval of the paired difference lies on one side of zero, both sides seeing the same draw of
pictures. A peer has no operating point of its own and is given ours; the rows "best F1" and "each at its best F1" give each
side its best one. Ultralytics predict is that program's own code with its own settings (640 px, suppression at IoU .7, at
most 300 boxes), run on the weights named.
"""
NAMES = """\
The gallery holds the crops of the fixture's photos; each photo is named without the crops that were cut from it. Products
that stand on no other photo of the fixture are then not enrolled, and the right answer to them is "unknown". A fixture with a
single photo has nobody to be named by. No embedder here was trained on any of these photos. The peer names by a network that
was never trained on goods, with a colour histogram beside it.
"""
ACROSS = """\
Across fixtures: the gallery holds all photos, and each is named without the crops of its whole fixture. Few products stand in
two fixtures, so the intervals are wide.
"""
PACKAGES_NOTE = """\
Each photo shows one carton in a hand, so only names are measured: 781 test photos of 31 products, enrolled from one packshot
each. Every photo is of an enrolled product, so there is no unknown figure. More on names:
[embedder.md](../bench/embedder.md).
"""
END_TO_END = """\
From the picture to the count. Missed, misnamed and extra facings all count against accuracy; an enrolled product that was
answered "unknown" counts as misnamed. Shelves are the rows found on the true boxes. "all" pools the fixtures; "across
fixtures" knows a product from other shops alone, and most products then not at all.
"""
DAY_NOTE = """
The last column is the shipped demo day: 40 pictures of a fixed camera. **It is synthetic (rendered) and never part of a
headline**; its products are enrolled from the demo's enrolment photos.
"""
BURSTS = """\
From every photo a burst is made as a mounted camera might have taken it: each frame with its own sensor noise, tremble of up
to 1.5 px, breath of focus and light, and JPEG (`edge/bench/bursts.py`, seeded). The burst is counted as the product counts
one; then each of its frames is counted alone. The difference is paired. It says what agreement over a burst does against a
camera's own noise, and nothing about shoppers, reflections or other angles.
"""
ERRORS_NOTE = """\
[{csv}](../{csv}) lists every error with its picture, box, truth and answer, and what a reviewer wrote about it. The pictures
themselves are not ours to publish: the command draws them with their boxes, and a cut-out of every error, into
`$WORK/accuracy.html`.
"""
COMMANDS = """\
What printed each row; the beginnings of the networks' sha256 stand beside it.
"""
