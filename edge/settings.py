"""Settings of a device: frozen, unknown keys refused, a unit in every description.

Read from `shelfcount.toml` in the working folder (or the file that SHELFCOUNT_SETTINGS names), overridden by environment
variables `SHELFCOUNT_...`, overridden by a command's own options.
"""

import os
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from edge.errors import UsageFault
from edge.setting_faults import key_of, why_of
from inventory_core.errors import BadValue
from inventory_core.shifts import ShiftCalendar, ShiftTemplate
from inventory_core.wall_clock import zone_named


class CameraEntry(BaseModel):
    """A camera and how it is to be set, a table `[[camera]]` of the file; what is left out is left to the camera."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=100, pattern="^[^=]+$", description="What the camera is called.")
    spec: str = Field(min_length=1, description="An index, a device path, an address or a video file.")
    width_px: int | None = Field(default=None, ge=64, le=20_000, description="Width of its pictures, in pixels.")
    height_px: int | None = Field(default=None, ge=64, le=20_000, description="Height of its pictures, in pixels.")
    fps: float | None = Field(default=None, gt=0, le=1000, description="Pictures a second.")
    fourcc: str | None = Field(default="MJPG", pattern="^[!-~]{3}[ -~]$", description="Form of its pictures: MJPG, YUYV.")
    power_line_hz: Literal[0, 50, 60] | None = Field(default=50, description="Mains frequency of the lamps, in hertz; 0: off.")
    exposure_100us: int | None = Field(default=None, ge=1, description="Exposure, in 100 microseconds; none: automatic.")
    focus: int | None = Field(default=None, ge=0, description="Focus, in the driver's units; none: automatic.")
    white_balance_k: int | None = Field(default=None, ge=1000, le=20_000, description="White balance, kelvin; none: automatic.")
    gain: int | None = Field(default=None, ge=0, description="Gain, in the driver's units.")
    location: str | None = Field(default=None, min_length=1, description="Where it looks, if not at the settings' `location`.")
    site: Path | None = Field(default=None, description="Site file (TOML) of its place, if not the settings' `site`.")


class Settings(BaseSettings):
    """One device's settings."""

    model_config = SettingsConfigDict(env_prefix="SHELFCOUNT_", extra="forbid", frozen=True)

    db: str = Field(default="shelfcount.db", description="The book: a file, or a database URL.")
    gallery: Path | None = Field(default=None, description="Folder of the gallery that names products.")
    models: Path = Field(default=Path("shelfcount.models"), description="Folder of model files chosen on this device.")
    site: Path | None = Field(default=None, description="Site file (TOML) of the camera's place.")
    location: str = Field(default="shelf-1", description="Location in the book that counts are held against.")
    camera: tuple[CameraEntry, ...] = Field(default=(), description="The cameras and how they are to be set.")
    log: Literal["text", "json"] = Field(default="text", description="Lines of a server's log on stderr: text or JSON.")
    mqtt: str | None = Field(default=None, description="Broker by which counts may be asked for: mqtt://HOST or mqtts://HOST.")
    mqtt_topic: str | None = Field(default=None, description="Topic of orders; default shelfcount/SITE OR MACHINE/count.")
    mqtt_user: str | None = Field(default=None, description="User at the broker.")
    mqtt_password_file: Path | None = Field(default=None, description="File whose first line is that user's password.")
    mqtt_ca_file: Path | None = Field(default=None, description="Authorities (PEM) that a mqtts broker is trusted by.")
    threads: int = Field(default=2, ge=1, le=64, description="Threads of the detector and embedder.")
    max_upload_mb: int = Field(default=25, ge=1, le=200, description="Largest accepted upload, in MB.")
    max_pixels: int = Field(default=50_000_000, ge=1_000_000, description="Largest accepted picture, in pixels.")
    picture_days: float = Field(default=30.0, gt=0, le=3650, description="How long pictures are kept, in days.")
    pictures_mb: int = Field(default=2000, ge=1, le=10_000_000, description="Most that kept pictures may take together, in MB.")
    shift_zone: str = Field(default="Asia/Shanghai", description="Time zone of the shop, as the IANA list names it.")
    shifts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("early 08:00-17:00", "late 17:00-02:00"),
        description="Shifts of a business day on the shop's wall clock, each as NAME HH:MM-HH:MM.")

    @field_validator("shifts", mode="before")
    @classmethod
    def _divide(cls, given: object) -> object:
        return [part.strip() for part in given.split(",")] if isinstance(given, str) else given

    @field_validator("shifts")
    @classmethod
    def _fit_together(cls, shifts: tuple[str, ...]) -> tuple[str, ...]:
        ShiftCalendar("UTC", _templates(shifts))
        return shifts

    @field_validator("camera")
    @classmethod
    def _have_names(cls, cameras: tuple[CameraEntry, ...]) -> tuple[CameraEntry, ...]:
        if len({camera.name for camera in cameras}) < len(cameras):
            raise BadValue("two cameras have one name")
        return cameras

    @field_validator("shift_zone")
    @classmethod
    def _is_known(cls, zone: str) -> str:
        zone_named(zone)
        return zone

    def location_of(self, camera: str | None) -> str:
        """Where in the book the counts of a camera belong: what its table says, else the settings."""
        return next((each.location for each in self.camera if each.name == camera and each.location), self.location)

    def site_of(self, camera: str | None) -> Path | None:
        """The site file of a camera's place, likewise."""
        return next((each.site for each in self.camera if each.name == camera and each.site), self.site)

    def location_at(self, site: Path) -> str:
        """Where in the book the place of a site file is: that of the camera which is counted by it."""
        return next((self.location_of(each.name) for each in self.camera
                     if (own := self.site_of(each.name)) is not None and own.absolute() == site.absolute()), self.location)

    def calendar(self) -> ShiftCalendar:
        """The shifts of the shop."""
        return ShiftCalendar(self.shift_zone, _templates(self.shifts))

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del dotenv_settings, file_secret_settings
        return (init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=settings_file()))


def _templates(shifts: Iterable[str]) -> tuple[ShiftTemplate, ...]:
    return tuple(_shift_of(text) for text in shifts)


def _shift_of(text: str) -> ShiftTemplate:
    """A shift from `NAME HH:MM-HH:MM`. Raises BadValue."""
    name, _, hours = text.strip().rpartition(" ")
    starts, dash, ends = hours.partition("-")
    if not name or not dash:
        raise BadValue("a shift is written as NAME HH:MM-HH:MM, such as early 08:00-17:00, got {text}", text=text)
    return ShiftTemplate(name.strip(), starts, ends)


def settings_file() -> Path:
    """Where the settings are read from; the file need not exist."""
    return Path(os.environ.get("SHELFCOUNT_SETTINGS", "shelfcount.toml"))


def load_settings(**options: object) -> Settings:
    """Settings from file, environment and `options` (None: not given).

    Raises UsageFault when the file is no TOML, or a key or value is not as documented.
    """
    file = settings_file()
    given = {name: value for name, value in options.items() if value is not None}
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except tomllib.TOMLDecodeError as error:
        raise UsageFault("{file} is not valid TOML: {why}; mend that line", file=file, why=error) from error
    except ValidationError as error:
        first = error.errors()[0]
        known = Settings.model_fields if len(first["loc"]) == 1 else CameraEntry.model_fields
        raise UsageFault(
            "setting {key} in {file} or the environment is wrong: {why}; see docs/settings.md for the known settings",
            key=key_of(first), file=file, why=why_of(first, known),
        ) from error
