"""The thresholds of the rail finder; chosen on `shelves` and five of the other photos (bench/rails.md)."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class RailPolicy:
    """Lengths in px are of the picture scaled to `long_side_px`; shares are 0..1."""

    long_side_px: int = 1000
    """A rail of 1 % of the picture's height is still 5 to 10 px thick, and print on products has gone."""
    strips: int = 16
    """Upright strips in which evidence is gathered, so that bays side by side may have their own rails."""
    fewest_strips: int = 3
    """The shortest rail: products and tags of one facing are narrower."""
    most_slope: float = 0.36
    """20 degrees: a picture that is tilted further is not roughly upright."""
    most_fan: float = 0.6
    """How much the slope may change from the top to the bottom of the picture, for shelves seen from the side."""
    edge_run_px: int = 25
    """Gradients are averaged along this length: print cancels, board edges stay."""
    edge_contrast: float = 8.0
    """Grey levels per px of an averaged gradient that counts as an edge."""
    edge_weight: float = 0.4
    foot_weight: float = 0.6
    """What a strip full of edge, and one full of feet, adds to the support: edges alone stay below `least_support`, so that
    lamps, floors and print make no rail, and a board's empty part costs little."""
    cross_weight: float = 1.0
    """What a strip full of products across the row takes away: more than edges and feet can add."""
    least_support: float = 0.45
    """A strip with less than this pulls against a rail; with products."""
    least_edge: float = 0.62
    """The same without products, of the share of columns on an edge."""
    least_pull: float = 0.9
    """Strips' worth of support above the least that make a rail."""
    faint_pull: float = 0.2
    """The same where the surest of many are picked, because their number is known."""
    foot_share: float = 0.12
    """Share of a product's height by which its box may miss the board."""
    stack_share: float = 0.25
    stack_gap: float = 0.08
    """A box stands on another where that one's top lies between this share of its height over and under its feet."""
    stack_gap_px: float = 5.0
    """The same for flat boxes: the detector's edges jitter by this much."""
    seam_share: float = 0.18
    """Where feet and, within this share of a product's height, tops of others meet in one row, goods are stacked."""
    seam_weight: float = 1.2
    """What a strip full of such seams takes away."""
    spacing_share: float = 0.4
    """Rails are at least this share of the median product's height apart."""
    spacing_px: int = 45
    """The same without products: the two edges of one board are closer."""
    cut_share: float = 0.012
    """A box that ends this near the picture's lower edge (share of its height) is cut there and shows no feet."""
    fewest_products: int = 6
    """Fewer boxes say nothing about the shelves: edges alone are used."""
    fewest_feet: int = 3
    """So many products on a rail move it to the median of their feet."""

    def fainter(self) -> "RailPolicy":
        """For a picture whose number of shelves is known: everything is proposed that might be a rail."""
        return replace(self, least_pull=self.faint_pull)
