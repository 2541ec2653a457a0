# syntax=docker/dockerfile:1
# The program is compiled on the machine's own architecture for that of the image, so that an image for arm64 needs no emulation.
FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG TARGETARCH
WORKDIR /src
COPY . .
RUN dotnet publish src/Entourage.Api -c Release -a $TARGETARCH --no-self-contained -p:UseAppHost=false -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
COPY --from=build /app .
# The embedded store's place, for those who run it without SQL Server: mount a volume here.
RUN mkdir data && chown app data && chmod 700 data
USER app
ENV ASPNETCORE_URLS=http://+:8000
EXPOSE 8000
ENTRYPOINT ["dotnet", "Entourage.Api.dll"]
