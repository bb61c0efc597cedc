"""What the invented shop sells and where it stands. Lengths in millimetres, z of the shop plane upwards."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

LOCATION: Final = "bakery-bay"
BAY_WIDTH_MM: Final = 1760.0
SHELF_DEPTH_MM: Final = 400.0
BOARD_MM: Final = 22.0
RAIL_DROP_MM: Final = 36.0  # the price rail covers the board and hangs this far below the floor
RAIL_LIP_MM: Final = 4.0  # and stands this far above it


class Pack(Enum):
    """The kind of body a product is modelled as."""

    BAG = "bag"
    BOX = "box"
    CARTON = "carton"
    BOTTLE = "bottle"


@dataclass(frozen=True, slots=True)
class Product:
    """One SKU: names, identity, price in CNY and its body in millimetres."""

    sku: str
    name: str
    name_en: str
    item_number: int  # the ten digits after the in-store prefix come from this
    price_cny: str
    safety_stock: int
    pack: Pack
    width_mm: float
    height_mm: float
    depth_mm: float

    @property
    def gtin(self) -> str:
        """A GTIN-13 of the in-store range (prefix 20) with its check digit."""
        body = f"20{self.item_number:010d}"
        return body + check_digit(body)


@dataclass(frozen=True, slots=True)
class Slot:
    """A place on the planogram: `facings` columns side by side, at most `depth` units one behind the other."""

    shelf: str
    sku: str
    facings: int
    depth: int
    left_mm: float
    pitch_mm: float  # centre to centre of two columns

    def column_x_mm(self, column: int) -> float:
        """Centre of a column along the shelf, from the bay's middle."""
        return self.left_mm + (column + 0.5) * self.pitch_mm


def check_digit(body: str) -> str:
    """The GS1 check digit of a digit string without one."""
    weighted = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return str(-weighted % 10)


def _product(row: tuple[str, str, str, int, str, int, Pack, float, float, float]) -> Product:
    return Product(*row)


PRODUCTS: Final[tuple[Product, ...]] = tuple(
    _product(row)
    for row in (
        ("HG-TOAST-MILK", "牛乳吐司", "Milk toast", 1001, "12.80", 2, Pack.BAG, 150, 190, 104),
        ("HG-TOAST-CHOC", "巧克力吐司", "Chocolate toast", 1002, "14.80", 2, Pack.BAG, 150, 190, 104),
        ("HG-CROISSANT", "黄油可颂", "Butter croissants", 1003, "18.80", 2, Pack.BAG, 158, 178, 110),
        ("HG-RAISIN-BUN", "葡萄干餐包", "Raisin buns", 1004, "11.50", 2, Pack.BAG, 146, 172, 120),
        ("HG-EGG-TART", "蛋挞四枚装", "Egg tarts, four", 1005, "22.00", 2, Pack.BOX, 146, 140, 146),
        ("HG-ROLL-CREAM", "鲜奶瑞士卷", "Cream Swiss roll", 1006, "26.00", 2, Pack.BOX, 134, 148, 130),
        ("HG-ROLL-MATCHA", "抹茶瑞士卷", "Matcha Swiss roll", 1007, "28.00", 2, Pack.BOX, 134, 148, 130),
        ("HG-CHEESECAKE", "半熟芝士", "Soft cheesecake", 1008, "32.00", 2, Pack.BOX, 138, 138, 146),
        ("HG-COOKIE-BUTTER", "黄油曲奇", "Butter cookies", 1009, "16.80", 3, Pack.BAG, 116, 178, 86),
        ("HG-COOKIE-BERRY", "蔓越莓曲奇", "Cranberry cookies", 1010, "17.80", 3, Pack.BAG, 116, 178, 86),
        ("HG-OAT-BISCUIT", "燕麦消化饼", "Oat biscuits", 1011, "9.90", 3, Pack.BOX, 102, 186, 64),
        ("HG-SESAME-CRISP", "芝麻薄脆", "Sesame crisps", 1012, "10.90", 3, Pack.BOX, 102, 180, 64),
        ("HG-MILK-FRESH", "鲜牛奶", "Fresh milk", 1013, "13.90", 3, Pack.CARTON, 92, 204, 92),
        ("HG-MILK-LIGHT", "低脂鲜牛奶", "Low-fat milk", 1014, "13.90", 3, Pack.CARTON, 92, 204, 92),
        ("HG-SOY-MILK", "原味豆浆", "Soy milk", 1015, "6.80", 4, Pack.BOTTLE, 88, 196, 88),
        ("HG-ORANGE-JUICE", "鲜榨橙汁", "Orange juice", 1016, "9.80", 4, Pack.BOTTLE, 84, 208, 84),
    )
)
BY_SKU: Final[dict[str, Product]] = {product.sku: product for product in PRODUCTS}

LOOK_ALIKES: Final[tuple[tuple[str, str], ...]] = (
    ("HG-TOAST-MILK", "HG-TOAST-CHOC"),
    ("HG-ROLL-CREAM", "HG-ROLL-MATCHA"),
    ("HG-COOKIE-BUTTER", "HG-COOKIE-BERRY"),
    ("HG-MILK-FRESH", "HG-MILK-LIGHT"),
)

FLOOR_MM: Final[dict[str, float]] = {"1": 806.0, "2": 597.0, "3": 352.0, "4": 84.0}  # top of each board
TOP_MM: Final = 1030.0  # underside of the canopy over shelf 1

_LAYOUT: Final[tuple[tuple[str, str, int, int], ...]] = (
    ("1", "HG-TOAST-MILK", 3, 2),
    ("1", "HG-TOAST-CHOC", 3, 2),
    ("1", "HG-CROISSANT", 2, 2),
    ("1", "HG-RAISIN-BUN", 3, 1),
    ("2", "HG-EGG-TART", 3, 1),
    ("2", "HG-ROLL-CREAM", 3, 2),
    ("2", "HG-ROLL-MATCHA", 3, 2),
    ("2", "HG-CHEESECAKE", 3, 2),
    ("3", "HG-COOKIE-BUTTER", 4, 1),
    ("3", "HG-COOKIE-BERRY", 4, 1),
    ("3", "HG-OAT-BISCUIT", 3, 3),
    ("3", "HG-SESAME-CRISP", 3, 2),
    ("4", "HG-MILK-FRESH", 4, 2),
    ("4", "HG-MILK-LIGHT", 4, 2),
    ("4", "HG-SOY-MILK", 4, 3),
    ("4", "HG-ORANGE-JUICE", 5, 2),
)


def _slots() -> tuple[Slot, ...]:
    """Spreads each shelf's products over the bay with equal gaps."""
    made: list[Slot] = []
    for shelf in FLOOR_MM:
        rows = [row for row in _LAYOUT if row[0] == shelf]
        filled = sum(BY_SKU[sku].width_mm * facings for _, sku, facings, _ in rows)
        gap = (BAY_WIDTH_MM - filled) / sum(facings for _, _, facings, _ in rows)
        left = -BAY_WIDTH_MM / 2
        for _, sku, facings, depth in rows:
            pitch = BY_SKU[sku].width_mm + gap
            made.append(Slot(shelf, sku, facings, depth, left, pitch))
            left += pitch * facings
    return tuple(made)


SLOTS: Final[tuple[Slot, ...]] = _slots()
SLOT_OF: Final[dict[str, Slot]] = {slot.sku: slot for slot in SLOTS}
