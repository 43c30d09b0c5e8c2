"""Which of the service's models answers? What differs between them, but for their parameters."""

from __future__ import annotations

from typing import NamedTuple


class ServiceModel(NamedTuple):
    """One model that is asked by way of tasks: create, query, results.

    Attributes:
        name: As the body's ``model`` says it.
        price_cny: Yuan for one successful picture in the Beijing region.
        page: The vendor's page that states what it takes.
        default_n: Pictures that the service makes where the body names no ``n``.
    """

    name: str
    price_cny: float
    page: str
    default_n: int = 1


WANX21 = ServiceModel(
    "wanx2.1-imageedit",
    0.14,
    "https://help.aliyun.com/zh/model-studio/wanx-image-edit-api-reference",
)
"""The model of the ten functions (price: vendor's model list)."""

WAN25 = ServiceModel(
    "wan2.5-i2i-preview",
    0.20,
    "https://help.aliyun.com/zh/model-studio/wan2-5-image-edit-api-reference",
    default_n=4,
)
"""A preview model of the same API, of one function (price: its page in Model Studio)."""
