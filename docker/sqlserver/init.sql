-- Creates Entourage's database and its two logins. It may run again at any time. It adds anything missing and sets the passwords.
-- Names in parentheses after a dollar sign are sqlcmd variables, which init.sh sets.
SET NOCOUNT ON;
IF DB_ID(N'$(DATABASE)') IS NULL
    CREATE DATABASE [$(DATABASE)];
GO
-- Readers do not wait for writers, and a report can read a single snapshot. Turning on the first option closes other connections, so do it only if it is off.
IF EXISTS (SELECT 1 FROM sys.databases WHERE name = N'$(DATABASE)' AND is_read_committed_snapshot_on = 0)
    ALTER DATABASE [$(DATABASE)] SET READ_COMMITTED_SNAPSHOT ON WITH ROLLBACK IMMEDIATE;
IF EXISTS (SELECT 1 FROM sys.databases WHERE name = N'$(DATABASE)' AND snapshot_isolation_state = 0)
    ALTER DATABASE [$(DATABASE)] SET ALLOW_SNAPSHOT_ISOLATION ON;
GO
IF SUSER_ID(N'$(APP_LOGIN)') IS NULL
    CREATE LOGIN [$(APP_LOGIN)] WITH PASSWORD = N'$(APP_PASSWORD)', DEFAULT_DATABASE = [$(DATABASE)], CHECK_POLICY = ON, CHECK_EXPIRATION = OFF;
ELSE
    ALTER LOGIN [$(APP_LOGIN)] WITH PASSWORD = N'$(APP_PASSWORD)';
IF SUSER_ID(N'$(SCHEMA_LOGIN)') IS NULL
    CREATE LOGIN [$(SCHEMA_LOGIN)] WITH PASSWORD = N'$(SCHEMA_PASSWORD)', DEFAULT_DATABASE = [$(DATABASE)], CHECK_POLICY = ON, CHECK_EXPIRATION = OFF;
ELSE
    ALTER LOGIN [$(SCHEMA_LOGIN)] WITH PASSWORD = N'$(SCHEMA_PASSWORD)';
GO
USE [$(DATABASE)];
GO
-- A database that was restored from another server has users without logins. Reconnect them.
IF DATABASE_PRINCIPAL_ID(N'$(APP_LOGIN)') IS NULL
    CREATE USER [$(APP_LOGIN)] FOR LOGIN [$(APP_LOGIN)] WITH DEFAULT_SCHEMA = [dbo];
ELSE
    ALTER USER [$(APP_LOGIN)] WITH LOGIN = [$(APP_LOGIN)];
IF DATABASE_PRINCIPAL_ID(N'$(SCHEMA_LOGIN)') IS NULL
    CREATE USER [$(SCHEMA_LOGIN)] FOR LOGIN [$(SCHEMA_LOGIN)] WITH DEFAULT_SCHEMA = [dbo];
ELSE
    ALTER USER [$(SCHEMA_LOGIN)] WITH LOGIN = [$(SCHEMA_LOGIN)];
GO
-- The servers read and write rows. They cannot change the schema, so they cannot drop the triggers that keep the audit trail append-only.
ALTER ROLE [db_datareader] ADD MEMBER [$(APP_LOGIN)];
ALTER ROLE [db_datawriter] ADD MEMBER [$(APP_LOGIN)];
-- Migrations change the schema and may convert rows.
ALTER ROLE [db_ddladmin] ADD MEMBER [$(SCHEMA_LOGIN)];
ALTER ROLE [db_datareader] ADD MEMBER [$(SCHEMA_LOGIN)];
ALTER ROLE [db_datawriter] ADD MEMBER [$(SCHEMA_LOGIN)];
GO
