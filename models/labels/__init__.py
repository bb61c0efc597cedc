"""Labels that other programs wrote, read into one labelled set (`models.coco.CocoSet`): nothing is dropped in silence."""
