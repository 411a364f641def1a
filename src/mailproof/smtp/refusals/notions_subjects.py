"""What a refusal can be about, in nine languages. Data: notion -> language -> terms; a star: any ending."""

from __future__ import annotations

SUBJECTS: dict[str, dict[str, str]] = {
    "ACCOUNT": {
        "en": "account, accounts, account's, subscription, tenant, membership",
        "de": "konto, kontos, konten, benutzerkonto*, mailkonto, emailkonto, nutzerkonto, mandant*, "
        "kundenkonto*, account",
        "fr": "compte, comptes",
        "es": "cuenta, cuentas",
        "it": "account, utenza, conto",
        "pt": "conta, contas",
        "ru": "аккаунт*, учетная запись, учетной записи, учетную запись, учетные записи",
        "zh": "账户, 账号, 帐户, 帐号, 帳戶, 帳號, 賬戶, 賬號, 主账号, 子账号",
        "ja": "アカウント",
    },
    "MAILBOX": {
        "en": "mailbox*, inbox*, mail box, mail folder, mbox, maildrop, mail drop",
        "de": "postfach*, mailbox, postfaches, postkorb, briefkasten",
        "fr": "boite, boites, messagerie, bal",
        "es": "buzon*, casilla",
        "it": "casella, caselle",
        "pt": "caixa, caixas",
        "ru": "ящик*, почтовый ящик",
        "zh": "邮箱, 郵箱, 信箱, 电子邮件帐户, 電子郵件帳戶, 收件箱",
        "ja": "メールボックス, 受信箱, 受信トレイ",
    },
    "USER": {
        "en": "user*, person, customer, login name, addressee, local part, alias",
        "de": "benutzer*, nutzer*, anwender*, teilnehmer",
        "fr": "utilisateur*, usager, identifiant",
        "es": "usuario*",
        "it": "utente, utenti",
        "pt": "usuario*, utilizador*",
        "ru": "пользовател*, абонент*",
        "zh": "用户, 使用者, 用戶, 查無此人, 查无此人",
        "ja": "ユーザ, ユーザー, 利用者",
    },
    "SENDER": {
        "en": "sender*, senders', from address, mail from, mailfrom, return path, envelope from, from "
        "header, from field, "
        "header from, reverse path, originator, from email, from domain, envelope sender, sending address, from user",
        "de": "absender*, sender, senderadresse*, versender",
        "fr": "expediteur*, emetteur*, adresse d envoi",
        "es": "remitente*, emisor",
        "it": "mittent*",
        "pt": "remetente*, emissor",
        "ru": "отправител*",
        "zh": "发件人, 发信人, 發件人, 寄件者, 寄件人, 发送者, 发件地址, 发信地址, 发件邮箱, 发件域名, "
        "发信域名, 發信人, 寄信人",
        "ja": "送信者, 差出人, 送信元, 発信者, from アドレス",
    },
    "RECIPIENT": {
        "en": "recipient*, rcpt, rcptto, to address, receiver*, addressee*, destination address*, target address, "
        "destination mailbox, forward path, destination",
        "de": "empfänger*, adressat*, zieladresse*",
        "fr": "destinataire*, adresse de destination",
        "es": "destinatari*, receptor",
        "it": "destinatari*",
        "pt": "destinatari*",
        "ru": "получател*, адресат*",
        "zh": "收件人, 收件者, 收信人, 接收者, 收件地址, 收件邮箱",
        "ja": "宛先, 受信者, 受取人, 送信先",
    },
    "DOMAIN": {
        "en": "domain*, domainname, mailfrom domain",
        "de": "domain*, domäne*, absenderdomain*, empfängerdomain*, zieldomain*",
        "fr": "domaine*",
        "es": "dominio*",
        "it": "dominio, domini",
        "pt": "dominio*",
        "ru": "домен*",
        "zh": "域名, 网域, 網域, 该域, 此域",
        "ja": "ドメイン",
    },
    "ADDRESS": {
        "en": "address*, addr, <address>",
        "de": "adresse*, emailadresse*, mailadresse*",
        "fr": "adresse*",
        "es": "direccion*",
        "it": "indirizz*",
        "pt": "endereco*",
        "ru": "адрес*",
        "zh": "地址, 信址",
        "ja": "アドレス",
    },
    "CLIENT": {
        "en": "<ip>, ip, ips, client host, clienthost, your host, your server, sending host, sending server, "
        "your mailserver, your mail server, your network, sender ip, sender's ip, this ip, this mail "
        "server, ip address, sending ip, source ip, client ip, remote host, network, "
        "ip range, netblock, your isp, your ip, client address, connecting host, connecting ip, sending mta, "
        "outgoing mail server, originating ip, connecting server, clients, this host, ipv4, ipv6, subnet",
        "de": "ip, ip adresse, ihr server, ihrem server, ihres servers, serveranbieter, mailserver, ihr mailserver, "
        "ihrem mailserver, absenderserver, ihre ip",
        "fr": "ip, votre serveur, adresse ip, votre ip, serveur d envoi, serveur emetteur, reseau",
        "es": "ip, su servidor, direccion ip, su ip, servidor de envio",
        "it": "ip, indirizzo ip, il tuo server, vostro server, il vostro ip, server mittente",
        "pt": "ip, seu servidor, endereco ip, seu ip, servidor de envio",
        "ru": "ip, ip адрес*, ваш сервер, вашего сервера, хост, айпи",
        "zh": "ip, ip 地址, 客户端, 主机, 发信ip, 来源 ip, 伺服器位址, 用戶端",
        "ja": "ip, ip アドレス, 送信元サーバ, 接続元, クライアント, 送信元 ip, サーバ",
    },
    "PASSWORD": {
        "en": "password*, passwd, passphrase, passcode, pass word, pwd, userpass",
        "de": "passwort*, passwörter*, kennwort*, kennwörter*, *passwort, *kennwort, *passwörter, *passworts",
        "fr": "mot de passe, mots de passe",
        "es": "contrasena*, clave*",
        "it": "password, parola d ordine, parola chiave",
        "pt": "senha*, palavra passe, password",
        "ru": "парол*",
        "zh": "密码, 密碼, 口令",
        "ja": "パスワード",
    },
    "CREDENTIALS": {
        "en": "credential*, username and password, user name and password, login or password, username or password, "
        "user name or password, login credentials, login data, login name, userid, user id, "
        "username, api key, apikey, "
        "smtp key, token, access token, secret, user password, password, passwd, login details, user "
        "or password, authorization grant",
        "de": "zugangsdaten, anmeldedaten, anmeldeinformationen, logindaten, benutzername, passwort, "
        "kennwort, benutzerdaten, "
        "benutzernamen",
        "fr": "identifiant*, mot de passe, nom d utilisateur",
        "es": "credencial*, contrasena*, nombre de usuario, clave",
        "it": "credenzial*, nome utente, password",
        "pt": "credencia*, senha*, nome de usuario, nome de utilizador",
        "ru": "учетные данные, учетных данных, парол*, логин*, имя пользователя",
        "zh": "凭据, 凭证, 憑證, 憑据, 用户名, 密码, 密碼, 使用者名稱, 帐号或密码, 用戶名, 口令, 账号密码",
        "ja": "資格情報, ユーザー名, ユーザ名, パスワード, 認証情報",
    },
    "LOGIN": {
        "en": "login*, logon, log in, log on, logged in, logging in, logins, signin, sign in, signing in, "
        "authenticat*, auth, "
        "authentification, authorization, authorisation, authorized, authorize, smtp auth, smtpauth, "
        "sasl, unauthenticated",
        "de": "anmeld*, angemeldet*, authentifizier*, authentisier*, einlogg*, eingeloggt, login, autorisierung, "
        "authentifikation, smtp auth, logins",
        "fr": "authentifi*, connexion, identification, identifie*, identifier, s identifier, authentication, connecte",
        "es": "autentic*, autentif*, inicio de sesion, iniciar sesion, inicie sesion, acceso, identificarse, "
        "identificad*",
        "it": "autentic*, accesso, login, autenticare, autenticato",
        "pt": "autentic*, login, iniciar sessao, acesso, autenticado",
        "ru": "аутентифика*, авториз*, вход*, логин, войдите, войти",
        "zh": "登录, 登入, 登錄, 登陆, 身份验证, 身份認證, 身份认证, 認證, 认证, 身分驗證, 驗證, 鉴权, 验证",
        "ja": "ログイン, 認証, サインイン",
    },
    "MESSAGE": {
        "en": "message*, mail, mails, email*, letter*, mailing, mail's, submission*, submitted, emailing, "
        "mailings, msg, msgs, emails, messages",
        "de": "nachricht*, mail, mails, email*, sendung*, emails",
        "fr": "message*, courriel*, courrier*, mail, mails, email*, messages",
        "es": "mensaje*, correo*, email*, mail",
        "it": "messaggi*, posta, email, mail",
        "pt": "mensag*, mensagens, correio, email*, mail",
        "ru": "письм*, писем, сообщени*, почт*",
        "zh": "邮件, 郵件, 信件, 消息, 訊息, 电子邮件, 電子郵件, 来信",
        "ja": "メール, メッセージ, 電子メール",
    },
    "SEND": {
        "en": "send, sending, sent, sends, outgoing, outbound, submit*, submission*, mailing, smtp, relay*, outbox",
        "de": "versand*, versend*, senden, gesendet*, sende*, verschick*, schicken, ausgehend*, smtp versand",
        "fr": "envoi*, envoy*, expedi*, sortant*",
        "es": "envi*, enviar, saliente*",
        "it": "invi*, spedi*, uscita, mandare",
        "pt": "envi*, enviar, saida, mandar",
        "ru": "отправ*, рассыл*, исходящ*, отсыл*, послать",
        "zh": "发送, 发信, 發送, 寄送, 外发, 发件, 發信, 傳送, 寄信, 群发, 投递, 发邮件",
        "ja": "送信, 配信, 発信, 送れ, 送る",
    },
    "RECIPIENTS": {
        "en": "recipients, rcpts, rcpt, recipient number, destinations, receivers, rcpt tos, envelope "
        "recipients, recips",
        "de": "empfänger, empfängern",
        "fr": "destinataires",
        "es": "destinatarios",
        "it": "destinatari",
        "pt": "destinatarios",
        "ru": "получателей, адресатов, получатели",
        "zh": "收件人, 收件者, 收信人",
        "ja": "宛先, 受信者, 送信先",
    },
}
