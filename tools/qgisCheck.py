"""Opens a running city in QGIS, without a screen: features by OGC API, and vector tiles.

    /usr/bin/python3 tools/qgisCheck.py http://127.0.0.1:8787

Needs Debian's python3-qgis. Prints what QGIS sees; ends with 1 where a layer cannot be read. Not part of the tests: QGIS is large.
"""
import os
import sys

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from itertools import islice  # noqa: E402

from qgis.core import (  # noqa: E402
    Qgis,
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsFeatureRequest,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
    QgsVectorTileLayer,
)
from qgis.PyQt.QtCore import QSize  # noqa: E402
from qgis.PyQt.QtGui import QColor  # noqa: E402

COLLECTIONS = ["divisions", "places", "cases"]
LAYERS = {"divisions": (0, 16), "grids": (12, 16), "base": (0, 16), "density": (0, 14), "places": (14, 20), "cases": (0, 20)}
# The middle of the demonstration city: for features, and close enough for the tiles of places and grids.
BOX = QgsRectangle(123.9, 47.3, 124.0, 47.4)
NEAR = QgsRectangle(123.91, 47.35, 123.93, 47.36)
SIDE = 512


def features(server, name):
    """Whether a collection opens as a vector layer and has features in the box."""
    layer = QgsVectorLayer(f"url='{server}/ogc' typename='{name}'", name, "OAPIF")
    if not layer.isValid():
        print(f"{name}: not valid: {layer.error().message()}")
        return False
    inside = list(islice(layer.getFeatures(QgsFeatureRequest().setFilterRect(BOX)), 500))
    extent = layer.extent().toString(3)
    fields = ", ".join(f"{field.name()} {field.typeName()}" for field in layer.fields())
    print(f"{name}: {layer.featureCount()} features, extent {extent}, {len(inside)} (at most 500) in the box; {fields}")
    return len(inside) > 0


def tiles(server, name):
    """Whether a layer opens as vector tiles and draws something."""
    low, high = LAYERS[name]
    url = f"{server}/tiles/{name}/{{z}}/{{x}}/{{y}}.mvt"
    layer = QgsVectorTileLayer(f"type=xyz&url={url}&zmin={low}&zmax={high}", name)
    if not layer.isValid():
        print(f"tiles of {name}: not valid")
        return False
    mercator = QgsCoordinateReferenceSystem("EPSG:3857")
    degrees = QgsCoordinateReferenceSystem("EPSG:4326")
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(mercator)
    settings.setExtent(QgsCoordinateTransform(degrees, mercator, QgsProject.instance()).transformBoundingBox(NEAR))
    settings.setOutputSize(QSize(SIDE, SIDE))
    settings.setBackgroundColor(QColor("white"))
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    white = QColor("white").rgb()
    drawn = sum(image.pixel(x, y) != white for x in range(0, SIDE, 2) for y in range(0, SIDE, 2)) * 4
    print(f"tiles of {name}: {drawn} of {SIDE * SIDE} pixels drawn")
    return drawn > 0


def main(server):
    app = QgsApplication([], False)
    app.initQgis()
    print(f"QGIS {Qgis.QGIS_VERSION}")
    good = [features(server, name) for name in COLLECTIONS] + [tiles(server, name) for name in LAYERS]
    app.exitQgis()
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1].rstrip("/") if len(sys.argv) > 1 else "http://127.0.0.1:8787"))
