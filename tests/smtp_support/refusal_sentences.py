"""One sentence a cause and language, written for these tests: what a server would say, without its enhanced code."""

from __future__ import annotations

from mailproof.smtp.vocabulary import Code, Stage

_TEXT = """
auth 535 auth_rejected
 Anmeldung fehlgeschlagen: Benutzername oder Passwort falsch
 Benutzername oder Kennwort ist ungültig
 Échec de l'authentification : identifiant ou mot de passe incorrect
 Nom d'utilisateur ou mot de passe invalide
 Error de autenticación: usuario o contraseña incorrectos
 Autenticazione fallita: nome utente o password errati
 Credenziali non valide
 Falha na autenticação: usuário ou senha incorretos
 Ошибка аутентификации: неверный логин или пароль
 Неверное имя пользователя или пароль
 用户名或密码错误
 身份验证失败
 帳號或密碼錯誤
 登录失败，账号或密码不正确
 認証に失敗しました。ユーザー名またはパスワードが正しくありません
auth 535 auth_app_password_required
 Bitte verwenden Sie ein anwendungsspezifisches Passwort
 Zwei-Faktor-Authentifizierung aktiv, App-Passwort erforderlich
 Veuillez utiliser un mot de passe d'application
 Debe usar una contraseña de aplicación
 È necessaria una password per le app
 Use uma senha de app
 Используйте пароль приложения
 Требуется пароль для внешних приложений
 请使用客户端授权码登录
 請使用應用程式密碼
 アプリパスワードを使用してください
auth 535 auth_password_expired
 Ihr Passwort ist abgelaufen, bitte ändern Sie es
 Votre mot de passe a expiré
 Su contraseña ha caducado
 La password è scaduta
 Sua senha expirou, altere-a
 Срок действия пароля истек
 密码已过期，请修改密码
 密碼已過期
 パスワードの有効期限が切れています
auth 535 auth_smtp_disabled
 SMTP-Versand ist für dieses Konto deaktiviert
 Der Abruf per POP3 und IMAP ist nicht aktiviert
 L'accès SMTP est désactivé pour ce compte
 El acceso SMTP está deshabilitado para esta cuenta
 L'accesso SMTP è disabilitato per questa casella
 O acesso SMTP está desativado para esta conta
 Доступ по SMTP отключен в настройках ящика
 SMTP服务未开启
 您的帐号未开启POP3/SMTP服务
 此帳號未啟用SMTP服務
 SMTPの利用が許可されていません
auth 535 auth_client_not_allowed
 Anmeldung aus Ihrem Land ist nicht erlaubt
 Anmeldung von dieser IP-Adresse nicht erlaubt
 Connexion refusée depuis ce pays
 Acceso denegado desde esta dirección IP
 Accesso negato dall'estero
 Accesso non consentito da questo indirizzo IP
 Login não permitido a partir deste país
 Вход с этого IP-адреса запрещен
 不允许从该IP地址登录
 禁止境外登录
 海外からのアクセスは禁止されています
auth 454 auth_too_many_attempts
 Zu viele fehlgeschlagene Anmeldeversuche
 Trop de tentatives de connexion échouées
 Demasiados intentos de inicio de sesión fallidos
 Troppi tentativi di accesso falliti
 Muitas tentativas de login, tente mais tarde
 Слишком много неудачных попыток входа
 登录失败次数过多，请稍后再试
 登入失敗次數過多
 ログイン試行回数が多すぎます
auth 535 account_restricted
 Ihr Konto wurde gesperrt
 Votre compte est suspendu
 Su cuenta ha sido suspendida
 Il tuo account è stato sospeso
 Sua conta está suspensa
 Ваш аккаунт заблокирован
 您的账户已被冻结
 帳號已被停用
 アカウントが停止されています
mail 530 auth_required
 Authentifizierung erforderlich
 Bitte melden Sie sich zuerst an, Anmeldung erforderlich
 Authentification requise
 Se requiere autenticación
 Autenticazione richiesta
 È necessaria l'autenticazione
 Autenticação necessária
 Требуется аутентификация
 Необходима авторизация
 需要身份验证
 请先登录
 需要驗證
 認証が必要です
mail 530 tls_required
 Verschlüsselte Verbindung erforderlich, bitte STARTTLS verwenden
 Connexion chiffrée obligatoire
 Se requiere STARTTLS
 Connessione sicura TLS obbligatoria
 É necessário usar TLS
 Требуется шифрование TLS
 必须使用加密连接
 請先使用 STARTTLS
 暗号化された接続が必要です
rcpt 554 client_ip_blocked
 Ihre IP-Adresse ist gesperrt
 Ihr Server steht auf einer schwarzen Liste
 Votre adresse IP est sur liste noire
 Su dirección IP está en una lista negra
 Il vostro indirizzo IP è in una blacklist
 Seu endereço IP está bloqueado
 Ваш IP адрес находится в черном списке
 您的IP地址已被列入黑名单
 您的 IP 位址已被封鎖
 送信元IPアドレスがブラックリストに登録されています
rcpt 450 client_no_rdns
 Kein Reverse-DNS-Eintrag für Ihre IP
 Pas de DNS inverse pour votre adresse
 Su IP no tiene DNS inverso
 Il tuo server non ha un record PTR
 Seu IP não possui DNS reverso
 Отсутствует обратная запись DNS для вашего IP
 您的IP没有反向解析
 IP 位址沒有反解紀錄
 逆引きが設定されていません
data 550 sender_authentication_failed
 Nachricht abgelehnt: SPF-Prüfung fehlgeschlagen
 Échec de la vérification SPF
 Falló la comprobación DMARC
 Controllo SPF fallito
 Falha na verificação DKIM
 Проверка SPF не пройдена
 SPF验证失败
 DMARC 驗證失敗
 SPF認証に失敗しました
mail 553 sender_not_owned
 Absenderadresse gehört nicht zu diesem Benutzer
 L'adresse d'expéditeur n'appartient pas à cet utilisateur
 La dirección del remitente no pertenece al usuario autenticado
 Il mittente non corrisponde all'utente autenticato
 O remetente não corresponde ao usuário autenticado
 Адрес отправителя не принадлежит авторизованному пользователю
 发件人与登录用户不一致
 发件人必须与认证用户相同
 寄件者與登入帳號不符
 送信者アドレスが認証ユーザーと一致しません
data 550 sending_limit_reached
 Tägliches Sendelimit überschritten
 Sie haben Ihr Versandlimit erreicht
 Limite d'envoi quotidienne atteinte
 Quota d'envoi dépassé
 Ha superado el límite diario de envío
 Limite giornaliero di invio superato
 Limite diário de envio excedido
 Превышен дневной лимит отправки писем
 超过每日发送限额
 发送数量已达上限
 已超過每日寄信上限
 1日の送信上限を超えました
 送信制限を超えました
data 450 rate_limited
 Zu viele Nachrichten in kurzer Zeit
 Trop de messages, veuillez ralentir
 Está enviando mensajes demasiado rápido
 Troppi messaggi, rallentare
 Você está enviando mensagens rápido demais
 Слишком частая отправка сообщений
 发送频率过快
 寄信過於頻繁
 送信頻度が高すぎます
greeting 421 too_many_connections
 Zu viele gleichzeitige Verbindungen
 Trop de connexions simultanées
 Demasiadas conexiones simultáneas
 Troppe connessioni da questo IP
 Muitas conexões simultâneas
 Слишком много одновременных соединений
 并发连接数过多
 連線數過多
 同時接続数が多すぎます
rcpt 550 recipient_rejected
 Empfänger unbekannt
 Benutzer existiert nicht
 Utilisateur inconnu
 Cette adresse n'existe pas
 El usuario no existe
 Utente sconosciuto
 Casella inesistente
 Usuário não existe
 Пользователь не найден
 Такого ящика не существует
 用户不存在
 收件人地址不存在
 查無此人
 宛先ユーザーが見つかりません
 指定されたユーザーは存在しません
rcpt 552 mailbox_full
 Das Postfach des Empfängers ist voll
 La boîte aux lettres du destinataire est pleine
 El buzón está lleno
 La casella del destinatario è piena
 A caixa postal está cheia
 Почтовый ящик переполнен
 收件人邮箱已满
 信箱已滿
 メールボックスがいっぱいです
rcpt 550 relay_denied
 Relaying nicht erlaubt
 Weiterleitung nicht gestattet
 Relais refusé
 Relay no permitido
 Relay non consentito
 Relay não permitido
 Пересылка запрещена
 Релеинг запрещен
 不允许中继
 拒絕轉寄
 中継は拒否されました
rcpt 550 recipient_domain_not_found
 Domain des Empfängers existiert nicht
 Le domaine du destinataire n'existe pas
 El dominio no existe
 Il dominio non esiste
 O domínio do destinatário não existe
 Домен не существует
 收件人域名不存在
 網域不存在
 ドメインが存在しません
mail 550 sender_domain_not_found
 Absenderdomain existiert nicht
 Le domaine de l'expéditeur n'existe pas
 El dominio del remitente no existe
 Il dominio del mittente non esiste
 O domínio do remetente não existe
 Домен отправителя не существует
 发件人域名不存在
 寄件者網域不存在
 送信者のドメインが存在しません
data 554 content_rejected
 Nachricht als Spam eingestuft
 Virus gefunden
 Message rejeté : considéré comme spam
 Pièce jointe interdite
 Mensaje rechazado por contener spam
 Messaggio rifiutato: contiene virus
 Mensagem rejeitada por conter spam
 Письмо отклонено: похоже на спам
 邮件内容包含垃圾信息
 疑似垃圾郵件
 迷惑メールと判定されました
data 552 message_too_large
 Nachricht ist zu groß
 Die maximale Nachrichtengröße wurde überschritten
 Message trop volumineux
 El mensaje es demasiado grande
 Il messaggio supera la dimensione massima
 A mensagem excede o tamanho máximo
 Слишком большое сообщение
 Превышен максимальный размер письма
 邮件大小超过限制
 郵件過大
 メールのサイズが上限を超えています
rcpt 450 greylisted
 Greylisting aktiv, bitte später erneut versuchen
 Vous êtes en liste grise, réessayez plus tard
 Lista gris, intente más tarde
 Серый список, попробуйте позже
 灰名单，请稍后重试
 グレイリストにより一時的に拒否されました
data 451 temporary_failure
 Vorübergehender Fehler, bitte später erneut versuchen
 Erreur temporaire, réessayez plus tard
 Error temporal del servidor, intente más tarde
 Errore temporaneo, riprovare più tardi
 Erro temporário, tente novamente mais tarde
 Временная ошибка, повторите позже
 系统繁忙，请稍后重试
 系統忙碌，請稍後再試
 一時的なエラーが発生しました
"""


def _read() -> list[tuple[Stage, int, str, Code]]:
    found: list[tuple[Stage, int, str, Code]] = []
    stage, reply, code = Stage.AUTH, 0, Code.OK
    for line in _TEXT.strip().splitlines():
        if line.startswith(" "):
            found.append((stage, reply, line.strip(), code))
        else:
            words = line.split()
            stage, reply, code = Stage(words[0]), int(words[1]), Code(words[2])
    return found


SENTENCES = _read()
"""Stage, reply code, sentence and what it means."""
