# syntax=docker/dockerfile:1
# hms-esr in an image: `docker build -t hms-esr .`, then `docker run --rm hms-esr run schedule_f`.
# Another base with Python 3.11 and its venv module does as well: `--build-arg BASE=…`.
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore PIP_CONSTRAINT=/src/requirements.lock
WORKDIR /src
# The program's Python has no pip in it; another one installs there.
RUN python3 -m venv --without-pip /opt/hms-esr && python3 -m venv /opt/pip
COPY pyproject.toml requirements.lock ./
RUN python3 -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['dependencies'], sep='\n')" \
      > dependencies.txt \
 && /opt/pip/bin/pip --quiet --python /opt/hms-esr/bin/python3 install --requirement dependencies.txt \
 && find /opt/hms-esr -type d \( -name tests -o -name test \) -prune -exec rm -rf {} +
# With a C compiler and Python's headers the busiest modules are compiled; without, Python reads them.
RUN test -e "$(python3 -c "import sysconfig; print(sysconfig.get_path('include'))")/Python.h" || headers=python3-dev; \
    command -v gcc > /dev/null && test -z "$headers" \
 || { apt-get update -qq && apt-get install -qq -y --no-install-recommends gcc libc6-dev $headers > /dev/null; } \
 || echo "no C compiler: nothing is compiled"
COPY . .
RUN /opt/pip/bin/pip --quiet --python /opt/hms-esr/bin/python3 install --no-deps .

FROM ${BASE}
LABEL org.opencontainers.image.title="hms-esr" org.opencontainers.image.licenses="Apache-2.0"
# HOME is in /tmp, so that nothing outside /tmp and the results is ever written: --read-only --tmpfs /tmp will do.
ENV PATH=/opt/hms-esr/bin:$PATH HOME=/tmp PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
COPY --from=build /opt/hms-esr /opt/hms-esr
COPY compose/health.py compose/master.sh /opt/hms-esr/
COPY scenarios /esr/scenarios
COPY personas /esr/personas
RUN mkdir -p /esr/results /esr/tower && chown 10001:10001 /esr /esr/results /esr/tower
USER 10001:10001
WORKDIR /esr
ENTRYPOINT ["hms-esr"]
CMD ["--help"]
