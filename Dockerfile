# The tracker alone: it keeps its data in an external PostgreSQL, or embedded in /data.
FROM python:3.13-slim-bookworm AS build
WORKDIR /project
# Without a compiler it works as well, and sends a little slower.
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev
COPY constraints.txt ./
RUN pip install --no-cache-dir --constraint constraints.txt hatchling setuptools
COPY pyproject.toml hatch_build.py README.md LICENSE ./
COPY tracker tracker
COPY projections projections
COPY schema schema
COPY web web
RUN python -m venv /opt/bell-lap \
 && pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /wheels . \
 && /opt/bell-lap/bin/pip install --no-cache-dir --constraint constraints.txt /wheels/*.whl

FROM python:3.13-slim-bookworm
RUN useradd --system --uid 8300 --home-dir /data --create-home bell-lap
COPY --from=build /opt/bell-lap /opt/bell-lap
ENV PATH=/opt/bell-lap/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    BELL_LAP_HOST=0.0.0.0 \
    BELL_LAP_PORT=8300
USER bell-lap
WORKDIR /data
VOLUME /data
EXPOSE 8300
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=6 \
  CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['BELL_LAP_PORT'] + '/readyz', timeout=2)"]
CMD ["bell-lap", "serve"]
