"""Learned without labels: autoencoders, pre-training, RICA, patches and what is classified by them."""

from .._lazy import lazy

_NAMES = {
    "FeatureClassifier": "coates",
    "PatchEncoder": "coates",
    "RicaObjective": "rica",
    "TiedAutoencoder": "autoencoder",
    "ZCAWhitening": "patches",
    "energy_in_window": "filters",
    "learn": "filters",
    "match": "filters",
    "pretrain_layer": "pretraining",
    "random_patches": "patches",
    "rica_cost": "rica",
    "rica_objective": "rica",
    "whiten": "filters",
}
__all__ = sorted(_NAMES)
__getattr__, __dir__ = lazy(__name__, _NAMES)
