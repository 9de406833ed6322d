# A Meltano project with the tap and its loaders, for any scheduler: slim, and without root.
# docs/how-to/run-in-a-container.md says how it is run.
FROM python:3.12-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 UV_PYTHON_DOWNLOADS=never
RUN pip install "uv>=0.8,<1"
WORKDIR /project
COPY pyproject.toml uv.lock README.md LICENSE meltano.yml ./
COPY tap_genesys_search tap_genesys_search
COPY genesys_cloud_simulator genesys_cloud_simulator
COPY loader loader
# The versions of the lock file; Meltano then makes an environment for each plugin.
RUN uv sync --frozen --no-cache --no-default-groups --group meltano \
    && .venv/bin/meltano install

FROM python:3.12-slim
RUN useradd --uid 10001 --create-home genesys \
    && mkdir /state \
    && chown genesys /state
COPY --from=build --chown=genesys /project /project
WORKDIR /project
RUN mkdir -p output && chown genesys . output
USER genesys
ENV PATH=/project/.venv/bin:$PATH MELTANO_DATABASE_URI=sqlite:////state/meltano.db
# The state of runs, and what loads into files.
VOLUME ["/state", "/project/output"]
ENTRYPOINT ["meltano", "--environment=production"]
CMD ["run", "tap-genesys-search", "target-duckdb"]
