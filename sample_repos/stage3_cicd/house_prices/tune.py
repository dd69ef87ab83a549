"""Search better settings by hand: python -m house_prices.tune. Copy the winner into config/model.yaml."""

from datetime import date

import numpy as np
from sklearn.ensemble import RandomForestRegressor
from sklearn.model_selection import RandomizedSearchCV

from house_prices import data, features, settings

SPACE = {"n_estimators": [200, 400, 800], "min_samples_leaf": [1, 3, 10], "max_features": [0.3, 0.6, 1.0]}


def search() -> dict:
    houses = data.validate(data.load(settings.listings_url()))
    forest = RandomForestRegressor(random_state=settings.model_settings()["seed"])
    tuner = RandomizedSearchCV(forest, SPACE, n_iter=12, cv=3, random_state=0)
    tuner.fit(features.build(houses, date.today().year), np.log(houses["price"]))
    return tuner.best_params_


if __name__ == "__main__":
    print(search())
