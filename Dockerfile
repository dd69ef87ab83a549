# The assessor in a small image: git to read histories, Pango for PDF reports, a user without rights.
#
#   docker run --rm --volume "$PWD:/repository:ro" IMAGE audit
#
# --build-arg BASE=python:3.13-slim-bookworm@sha256:DIGEST builds on one image that nobody can exchange.
ARG BASE=python:3.13-slim-bookworm
FROM ${BASE} AS build
WORKDIR /source
COPY ci/requirements.txt ci/
RUN python -m venv /opt/assessor \
    && /opt/assessor/bin/pip install --no-cache-dir --disable-pip-version-check \
       --require-hashes --only-binary :all: --requirement ci/requirements.txt
COPY pyproject.toml README.md LICENSE ./
COPY assessor assessor
COPY rubrics rubrics
COPY reports reports
RUN /opt/assessor/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps .

FROM ${BASE}
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
       git libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home --home-dir /home/assessor assessor
COPY --from=build /opt/assessor /opt/assessor
ENV PATH=/opt/assessor/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONSAFEPATH=1
USER 10001
WORKDIR /repository
ENTRYPOINT ["assessor"]
CMD ["--help"]
