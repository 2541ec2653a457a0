# syntax=docker/dockerfile:1
# Cross-compiles on the build machine's architecture, so that an arm64 image needs no emulation. The project asks for native code
# (ReadyToRun), so that a new container serves within a second or two instead of compiling first.
FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG TARGETARCH
WORKDIR /src
COPY . .
RUN dotnet publish src/Entourage.Api -c Release -a $TARGETARCH --no-self-contained -p:UseAppHost=false -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app .
# The SQLite store, if you run without SQL Server. Mount a volume here.
RUN mkdir data && chown app data && chmod 700 data
USER app
ENV ASPNETCORE_URLS=http://+:8000
EXPOSE 8000
ENTRYPOINT ["dotnet", "Entourage.Api.dll"]
