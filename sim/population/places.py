"""The geography of a polo: zones of homes, parks, distances, and which centres are near."""

import numpy as np

from sim.settings import Polo

REACH = 4
"""Centres near a zone that a household considers."""

_GOLDEN_ANGLE = np.pi * (3.0 - np.sqrt(5.0))


def positions(polo: Polo) -> np.ndarray:
    """Return coordinates (km east, km north) of the zones, then of the parks.

    Zones are at their centroids, or fill a disc evenly (a sunflower's spiral); parks stand at their
    distance and bearing.
    """
    if polo.zones.centroids:
        homes = np.array(polo.zones.centroids)[:, :2]
    else:
        k = np.arange(polo.zones.count)
        radius = polo.zones.radius_km * np.sqrt((k + 0.5) / polo.zones.count)
        angle = k * _GOLDEN_ANGLE
        homes = np.column_stack((radius * np.cos(angle), radius * np.sin(angle)))
    bearing = np.radians([park.bearing for park in polo.parks.values()])
    away = np.array([park.distance_km for park in polo.parks.values()])
    parks = np.column_stack((away * np.sin(bearing), away * np.cos(bearing)))
    return np.vstack((homes, parks))


def zones_of(polo: Polo, lot: np.ndarray) -> np.ndarray:
    """Return the zone to which each uniform draw leads, by the zones' weights.

    Parameters
    ----------
    polo : Polo
    lot : ndarray of float, shape (n,)
        Uniform in [0, 1).

    Returns
    -------
    ndarray of float, shape (n,)
        Whole numbers.
    """
    if not polo.zones.centroids:
        return np.floor(lot * polo.zones.count)
    upto = np.cumsum(np.array(polo.zones.centroids)[:, 2])
    return np.searchsorted(upto / upto[-1], lot, side="right").astype(float)


def zone_near(polo: Polo, at: tuple[float, float]) -> int:
    """Return the zone of homes whose position is nearest to a point (km east, km north)."""
    homes = positions(polo)[: polo.zones.count]
    return int(np.argmin(((homes - at) ** 2).sum(axis=1)))


def distances(polo: Polo) -> np.ndarray:
    """Return road distance between zones (km), shape (zones + parks, zones + parks).

    Straight lines times the detour factor; within a zone, half the radius of its share of the disc.
    Rounded to metres.
    """
    where = positions(polo)
    straight = np.sqrt(((where[:, None, :] - where[None, :, :]) ** 2).sum(axis=2))
    inside = 0.5 * polo.zones.radius_km / np.sqrt(polo.zones.count)
    np.fill_diagonal(straight, inside)
    return np.round(np.maximum(straight, inside) * polo.zones.detour_factor, 3)


def to_nearest(distance: np.ndarray, centre_zones: np.ndarray) -> np.ndarray:
    """Return how far (km) each zone is from the nearest of some centres; infinite without any.

    Parameters
    ----------
    distance : ndarray of float, shape (zones, places)
    centre_zones : ndarray of int, shape (centres,)

    Returns
    -------
    ndarray of float, shape (zones,)
    """
    return distance[:, centre_zones].min(axis=1, initial=np.inf)


def nearest(distance: np.ndarray, centre_zones: np.ndarray, usable: np.ndarray) -> np.ndarray:
    """Return the `REACH` nearest usable centres of each zone, -1 where there are fewer.

    Parameters
    ----------
    distance : ndarray of float, shape (zones, zones)
    centre_zones : ndarray of int, shape (centres,)
    usable : ndarray of bool, shape (centres,)

    Returns
    -------
    ndarray of int, shape (zones, REACH)
    """
    near = np.full((distance.shape[0], REACH), -1, np.int64)
    numbers = np.flatnonzero(usable)
    if numbers.size:
        away = distance[:, centre_zones[numbers]]
        order = np.argsort(away, axis=1, kind="stable")[:, :REACH]
        near[:, : order.shape[1]] = numbers[order]
    return near
